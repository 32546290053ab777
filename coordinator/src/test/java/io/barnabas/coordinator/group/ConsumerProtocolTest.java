package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.coordinator.group.ConsumerProtocol.Assignment;
import io.barnabas.coordinator.group.ConsumerProtocol.Subscription;
import io.barnabas.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes are those that kafka-clients 4.4.0 writes. */
class ConsumerProtocolTest {
    private static final List<String> SUBSCRIPTIONS = List.of(
            "000000000002000161000162000000020102",
            "000100000002000161000162000000020102000000020001610000000200000000000000030001620000000100000001",
            "00020000000200016100016200000002010200000002000161000000020000000000000003000162000000010000000100000007",
            "0003000000020001610001620000000201020000000200016100000002000000000000000300016200000001000000010000000700027231");
    private static final String ASSIGNMENT_AFTER_VERSION = "000000020001610000000200000000000000030001620000000100000001000000020102";

    private static final Map<String, PartitionSet> PARTITIONS = Map.of("a", PartitionSet.of(0, 3), "b", PartitionSet.of(1));
    private static final ByteBuffer USER_DATA = ByteBuffer.wrap(new byte[] {1, 2});

    @Test
    void aSubscriptionOfEveryVersionIsReadAndWritten() {
        for (short version = 0; version <= 3; version++) {
            ByteBuffer bytes = bytes(SUBSCRIPTIONS.get(version));
            var read = ConsumerProtocol.readSubscription(bytes).orElseThrow();
            assertThat(read).isEqualTo(new Subscription(version, List.of("a", "b"), USER_DATA, version >= 1 ? PARTITIONS : Map.of(),
                    version >= 2 ? 7 : -1, version >= 3 ? "r1" : null));
            assertThat(ConsumerProtocol.readSubscription(ConsumerProtocol.write(read))).contains(read);
            assertThat(ConsumerProtocol.write(read)).isEqualTo(bytes);
        }
    }

    @Test
    void anOlderVersionLeavesOutWhatItCannotSay() {
        for (short version = 0; version <= 3; version++) {
            var all = new Subscription(version, List.of("a", "b"), USER_DATA, ConsumerProtocol.readSubscription(bytes(SUBSCRIPTIONS.get(3)))
                    .orElseThrow().ownedPartitions(), 7, "r1");
            assertThat(ConsumerProtocol.write(all)).isEqualTo(bytes(SUBSCRIPTIONS.get(version)));
        }
    }

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, 2, 3})
    void anAssignmentOfEveryVersionIsReadAndWritten(short version) {
        ByteBuffer bytes = bytes("000" + version + ASSIGNMENT_AFTER_VERSION);
        var read = ConsumerProtocol.readAssignment(bytes).orElseThrow();
        assertThat(read).isEqualTo(new Assignment(version, PARTITIONS, USER_DATA));
        assertThat(ConsumerProtocol.write(read)).isEqualTo(bytes);
    }

    @Test
    void userDataMayBeNull() {
        ByteBuffer bytes = bytes("000300000001000174ffffffff00000000ffffffffffff");
        var read = ConsumerProtocol.readSubscription(bytes).orElseThrow();
        assertThat(read).isEqualTo(new Subscription((short) 3, List.of("t"), null, Map.of(), -1, null));
        assertThat(ConsumerProtocol.write(read)).isEqualTo(bytes);
    }

    @Test
    void aNewerVersionIsReadAsTheNewestKnownOneAndTheRestIgnored() {
        var read = ConsumerProtocol.readSubscription(bytes("0009" + SUBSCRIPTIONS.get(3).substring(4) + "0badcafe")).orElseThrow();
        assertThat(read).isEqualTo(ConsumerProtocol.readSubscription(bytes(SUBSCRIPTIONS.get(3))).orElseThrow());
        var assignment = ConsumerProtocol.readAssignment(bytes("7fff" + ASSIGNMENT_AFTER_VERSION + "00")).orElseThrow();
        assertThat(assignment).isEqualTo(new Assignment((short) 3, PARTITIONS, USER_DATA));
    }

    @Test
    void whatIsCutOffIsNoSubscription() {
        for (short version = 0; version <= 3; version++) {
            ByteBuffer bytes = bytes(SUBSCRIPTIONS.get(version));
            for (int length = 0; length < bytes.capacity(); length++) {
                assertThat(ConsumerProtocol.readSubscription(bytes.duplicate().limit(length))).isEmpty();
            }
        }
    }

    @Test
    void whatCannotBeMeantIsNeither() {
        assertThat(ConsumerProtocol.readSubscription(bytes("ffff00000000ffffffff"))).as("negative version").isEmpty();
        assertThat(ConsumerProtocol.readSubscription(bytes("00007fffffffffffffff"))).as("count past the end").isEmpty();
        assertThat(ConsumerProtocol.readSubscription(bytes("0000ffffffffffffffff"))).as("no topics").isEmpty();
        assertThat(ConsumerProtocol.readSubscription(bytes("0000000000010001ffffffffff"))).as("not UTF-8").isEmpty();
        assertThat(ConsumerProtocol.readAssignment(bytes("00000000000100016100000001ffffffffffffffff"))).as("negative partition").isEmpty();
        assertThat(ConsumerProtocol.readSubscription(ByteBuffer.allocate(2_000_000).putInt(2, 900_000))).as("too many topics").isEmpty();
    }

    @Test
    void negativePartitionsAreNotOwned() {
        var read = ConsumerProtocol.readSubscription(bytes("0001" + "00000000" + "ffffffff" + "00000001" + "000161" + "00000002" + "ffffffff" + "00000002"));
        assertThat(read.orElseThrow().ownedPartitions()).isEqualTo(Map.of("a", PartitionSet.of(2)));
    }

    @Test
    void aTopicThatStandsTwiceHasThePartitionsOfBoth() {
        var read = ConsumerProtocol.readAssignment(bytes("0000" + "00000002"
                + "000161" + "00000001" + "00000005" + "000161" + "00000001" + "00000002" + "ffffffff"));
        assertThat(read.orElseThrow().partitions()).isEqualTo(Map.of("a", PartitionSet.of(2, 5)));
    }

    @Test
    void anyBytesAreReadOrRefusedAndLeftAsTheyAre() {
        Seeds.check(3_000, (seed, random) -> {
            byte[] bytes;
            if (random.nextInt(3) == 0) {
                bytes = new byte[random.nextInt(80)];
                random.nextBytes(bytes);
            } else {
                String valid = random.nextBoolean() ? SUBSCRIPTIONS.get(random.nextInt(4)) : "0001" + ASSIGNMENT_AFTER_VERSION;
                bytes = HexFormat.of().parseHex(valid);
                for (int i = random.nextInt(4); i >= 0; i--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            var buffer = ByteBuffer.wrap(bytes);
            ConsumerProtocol.readSubscription(buffer);
            ConsumerProtocol.readAssignment(buffer);
            assertThat(buffer).isEqualTo(ByteBuffer.wrap(bytes));
        });
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }
}
