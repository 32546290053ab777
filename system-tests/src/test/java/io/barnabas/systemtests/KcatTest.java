package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kcat, a librdkafka client, finds on Barnabas what it finds on Apache Kafka. */
class KcatTest extends SideBySide {
    @Test
    void listsBrokersTopicsAndPartitions() {
        String listing = same(broker -> {
            Clients.createTopic(broker, topic, 3);
            // The first line names the connection that was asked, which kcat knows again where the address is spelled alike.
            return plain(broker, Kcat.run(broker, "", "-L", "-t", topic).successful().output()).lines().skip(1).toList().toString();
        });
        assertTrue(listing.contains("broker 1 at localhost:PORT"), listing);
        assertTrue(listing.contains("partition 2, leader 1, replicas: 1, isrs: 1"), listing);
    }

    @Test
    void listsAllTopics() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            return Kcat.run(broker, "", "-L").successful().lines().stream().filter(line -> line.contains(topic)).toList();
        });
    }

    @Test
    void aTopicIsMadeByTheFirstWrite() {
        same(broker -> {
            Kcat.produce(broker, topic, "one\ntwo\n");
            return Kcat.consume(broker, topic, "%p %o %s\n");
        });
    }

    @Test
    void readsWhatItWroteWithKeysAndHeaders() {
        var records = same(broker -> {
            Clients.createTopic(broker, topic, 1);
            Kcat.produce(broker, topic, "k1:v1\nk2:v2\n:no key\n", "-K:", "-H", "from=us", "-H", "empty=");
            return Kcat.consume(broker, topic, "%p %o [%K %k] [%S %s] %h\n");
        });
        assertEquals("0 0 [2 k1] [2 v1] from=us,empty=", records.get(0));
    }

    @Test
    void nullsStayNulls() {
        var records = same(broker -> {
            Clients.createTopic(broker, topic, 1);
            Kcat.produce(broker, topic, "k1:\nk2:v\n", "-K:", "-Z");
            return Kcat.consume(broker, topic, "%o %K %S\n");
        });
        assertEquals(List.of("0 2 -1", "1 2 1"), records);
    }

    @Test
    void recordsCarryTheTimeOfTheirWriting() {
        same(broker -> {
            long beforeMs = System.currentTimeMillis();
            Kcat.produce(broker, topic, "one\ntwo\n");
            long afterMs = System.currentTimeMillis();
            return Kcat.consume(broker, topic, "%T\n").stream().mapToLong(Long::parseLong).allMatch(ms -> ms >= beforeMs && ms <= afterMs);
        });
    }

    @Test
    void startsAndEndsWhereItIsTold() {
        same(broker -> {
            writeTimed(broker, topic, 10);
            var found = new ArrayList<List<String>>();
            for (String from : List.of("beginning", "3", "-2", "end", "s@1000000004000", "s@1000000004001", "s@1000000000000", "s@2000000000000")) {
                found.add(Kcat.consume(broker, topic, from + ": %o %s %T\n", "-o", from));
            }
            found.add(Kcat.consume(broker, topic, "%o\n", "-o", "s@1000000002000", "-o", "e@1000000005000"));
            found.add(Kcat.consume(broker, topic, "%o\n", "-o", "4", "-c", "2"));
            return found;
        });
    }

    @Test
    void asksForOffsetsByTime() {
        same(broker -> {
            writeTimed(broker, topic, 10);
            var found = new ArrayList<String>();
            for (String time : List.of("-1", "-2", "1000000003000", "1000000003001", "2000000000000")) {
                found.add(Kcat.run(broker, "", "-Q", "-t", topic + ":0:" + time).successful().output());
            }
            return found;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void eachCodecComesBackAndLiesInTheLogAsWritten(String codec) {
        var found = same(broker -> {
            Clients.createTopic(broker, topic, 1);
            Kcat.produce(broker, topic, lines(500), "-z", codec, "-X", "linger.ms=200");
            var codecs = BatchHeaders.in(broker.partitionDirectory(topic, 0)).stream().map(BatchHeaders::codec).distinct().toList();
            return List.of(codecs, Kcat.consume(broker, topic, "%o %s\n"));
        });
        assertEquals(List.of(codec), found.get(0));
        assertEquals(500, found.get(1).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"acks=0", "acks=1", "acks=all", "enable.idempotence=true"})
    void everyKindOfAcknowledgementWrites(String setting) {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            Kcat.produce(broker, topic, lines(2_000), "-X", setting);
            // acks=0 tells nothing: what is written may be under way still.
            Clients.awaitEndOffset(broker, topic, 0, 2_000);
            return Kcat.consume(broker, topic, "%o %s\n");
        });
    }

    @Test
    void writesAndReadsOnePartitionOfSeveral() {
        same(broker -> {
            Clients.createTopic(broker, topic, 4);
            Kcat.produce(broker, topic, "to two\n", "-p", "2");
            Kcat.produce(broker, topic, "to three\n", "-p", "3");
            var found = new ArrayList<>(Kcat.consume(broker, topic, "%p %o %s\n", "-p", "2"));
            found.addAll(Kcat.consume(broker, topic, "%p %o %s\n").stream().sorted().toList());
            return found;
        });
    }

    @Test
    void aRecordOfNearlyAMebibyteFits() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            Kcat.produce(broker, topic, "x".repeat(950_000));
            return Kcat.consume(broker, topic, "%o %S\n");
        });
    }

    @Test
    void anUnknownPartitionIsAnError() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            return Kcat.run(broker, "lost\n", "-P", "-t", topic, "-p", "7").exitCode();
        });
    }

    private static void writeTimed(Broker broker, String topic, int count) throws Exception {
        Clients.createTopic(broker, topic, 1);
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < count; i++) {
                producer.send(Clients.record(topic, 0, 1_000_000_000_000L + i * 1_000L, null, "value " + i)).get();
            }
        }
    }

    private static String lines(int count) {
        var text = new StringBuilder();
        IntStream.range(0, count).forEach(i -> text.append("line ").append(i).append(" of some text that repeats itself, itself, itself\n"));
        return text.toString();
    }
}
