import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Creates Java's producer from each file, and prints what it took: file, name and value, a line each. */
class ExportCheck {
    public static void main(String[] files) throws Exception {
        for (String file : files) {
            Properties given = new Properties();
            try (InputStream in = new FileInputStream(file)) {
                given.load(in);
            }
            Properties all = new Properties();
            all.putAll(given);
            all.put("bootstrap.servers", "127.0.0.1:9");
            all.put("key.serializer", ByteArraySerializer.class.getName());
            all.put("value.serializer", ByteArraySerializer.class.getName());
            Map<String, ?> taken = new ProducerConfig(all).values();
            // The rules between properties are checked when the producer is made.
            new KafkaProducer<byte[], byte[]>(all).close(java.time.Duration.ZERO);
            for (String name : given.stringPropertyNames()) {
                String value = taken.containsKey(name) ? String.valueOf(taken.get(name)) : "UNKNOWN";
                System.out.println(file + "\t" + name + "\t" + value.replace("\n", "\\n"));
            }
        }
    }
}
