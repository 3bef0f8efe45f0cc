import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic with Java's own client, decodes headers by what the README says of them, and counts with sets, without any bound on memory. */
public class Reader {
    static final byte[] MAGIC = {0x4C, 0x4E, 0x47, 0x01};

    public static void main(String[] args) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        properties.put("key.deserializer", ByteArrayDeserializer.class.getName());
        properties.put("value.deserializer", ByteArrayDeserializer.class.getName());
        properties.put("enable.auto.commit", "false");
        long records = 0, duplicated = 0, reordered = 0, corrupt = 0, foreign = 0;
        Map<List<Integer>, Set<Long>> seen = new HashMap<>();
        Map<List<Integer>, Long> highest = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(args[1]).stream()
                    .map(one -> new TopicPartition(one.topic(), one.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    records++;
                    byte[] value = record.value();
                    if (value == null || value.length < 40 || !Arrays.equals(value, 0, 4, MAGIC, 0, 4)) {
                        foreign++;
                        continue;
                    }
                    ByteBuffer header = ByteBuffer.wrap(value);
                    CRC32C checksum = new CRC32C();
                    checksum.update(value, 8, 32);
                    checksum.update(ByteBuffer.allocate(4).putInt(value.length).flip());
                    if (header.getInt(4) != (int) checksum.getValue()) {
                        corrupt++;
                        continue;
                    }
                    int run = header.getInt(8), trial = header.getInt(16), producer = header.getInt(20);
                    long sequence = header.getLong(24);
                    if (!seen.computeIfAbsent(List.of(run, producer), none -> new HashSet<>()).add(sequence)) {
                        duplicated++;
                        continue;
                    }
                    List<Integer> lane = List.of(run, trial, producer, record.partition());
                    long before = highest.getOrDefault(lane, -1L);
                    if (sequence < before) {
                        reordered++;
                    }
                    highest.put(lane, Math.max(before, sequence));
                }
            }
        }
        long missing = 0;
        for (Set<Long> sequences : seen.values()) {
            missing += sequences.stream().mapToLong(Long::longValue).max().orElse(-1) + 1 - sequences.size();
        }
        System.out.printf(
                "{\"records\":%d,\"producers\":%d,\"missing\":%d,\"duplicated\":%d,\"reordered\":%d,\"corrupt\":%d,\"foreign\":%d}%n",
                records, seen.size(), missing, duplicated, reordered, corrupt, foreign);
    }
}
