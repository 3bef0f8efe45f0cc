import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A transaction of 50 records that is aborted, then 100 records read in a group and written in one transaction together with the group's offsets. */
public class Transactions {
    public static void main(String[] args) throws Exception {
        String servers = args[0], input = args[1], output = args[2];
        Map<String, Object> writes = Map.of("bootstrap.servers", servers, "transactional.id", output);
        Map<String, Object> reads = Map.of("bootstrap.servers", servers, "group.id", output,
                "auto.offset.reset", "earliest", "enable.auto.commit", "false", "isolation.level", "read_committed");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(writes, new ByteArraySerializer(), new ByteArraySerializer());
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(reads, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int number = 0; number < 50; number++) {
                producer.send(new ProducerRecord<>(output, new byte[100]));
            }
            producer.flush();
            producer.abortTransaction();
            consumer.subscribe(List.of(input));
            producer.beginTransaction();
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            int read = 0;
            while (read < 100) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    producer.send(new ProducerRecord<>(output, record.value()));
                    offsets.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
                    read++;
                }
            }
            producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
            producer.commitTransaction();
            long committed = consumer.committed(offsets.keySet()).values().stream().mapToLong(OffsetAndMetadata::offset).sum();
            System.out.println("read=" + read + " committed=" + committed);
            // Its connections are looked at meanwhile.
            while (System.in.read() >= 0) {}
        }
    }
}
