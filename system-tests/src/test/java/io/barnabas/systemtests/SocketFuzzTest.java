package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.MetadataRequest;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests of every API that is served, true ones with something changed in them. Each is answered, or its connection
 * closes; the broker goes on. {@code -Dtests.seed=N} replays a run.
 */
class SocketFuzzTest extends BadInput {
    /** Whoever hits upon these with true content changes the cluster, as anybody may who is let in. */
    private static final Set<ApiKey> NOT_ASKED = EnumSet.of(ApiKey.UNREGISTER_BROKER, ApiKey.DELETE_TOPICS, ApiKey.UPDATE_FEATURES);

    @Test
    void mutatedRequestsHarmNobody() {
        play(4_000);
    }

    @Test
    @Tag("long")
    @Timeout(value = 3_600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void mutatedRequestsHarmNobodyForLong() {
        play(1_000_000);
    }

    private void play(int count) {
        long seed = Long.getLong("tests.seed", System.nanoTime());
        System.out.println("SocketFuzzTest -Dtests.seed=" + seed);
        var random = new Random(seed);
        createTopic();
        var served = served();
        var connection = new BareConnection(broker());
        for (int i = 0; i < count; i++) {
            boolean goesOn = hears(connection, mutated(random, served), seed, i);
            if (!goesOn || random.nextInt(4) == 0) {
                connection.close();
                connection = new BareConnection(broker());
            }
            if (i % 500 == 0) {
                witnessWorks();
                long residentKb = broker().process().residentKb();
                assertTrue(residentKb <= RESIDENT_KB_MAX, () -> "residentKb=" + residentKb + " seed=" + seed);
            }
        }
        connection.close();
    }

    private static boolean hears(BareConnection connection, byte[] frame, long seed, int request) {
        try {
            return mayGoUnanswered(frame) ? connection.sendAndLeave(frame) : connection.sendAndHear(frame);
        } catch (UncheckedIOException e) {
            throw new AssertionError("seed=" + seed + " request=" + request + " bytes=" + HexFormat.of().formatHex(frame), e);
        }
    }

    /** A fetch may wait for as long as it says, and a produce may want no answer. */
    private static boolean mayGoUnanswered(byte[] frame) {
        if (frame.length < 6) return false;
        short key = ByteBuffer.wrap(frame).getShort(4);
        return key == ApiKey.FETCH.id() || key == ApiKey.PRODUCE.id();
    }

    private List<ApiVersionsResponse.ApiVersion> served() {
        var served = new ArrayList<ApiVersionsResponse.ApiVersion>();
        for (var api : client().ask(new ApiVersionsRequest(), 0, ApiVersionsResponse.class).apiKeys()) {
            if (!NOT_ASKED.contains(ApiKey.of(api.apiKey()))) served.add(api);
        }
        return served;
    }

    private byte[] mutated(Random random, List<ApiVersionsResponse.ApiVersion> served) {
        var api = served.get(random.nextInt(served.size()));
        var key = ApiKey.of(api.apiKey());
        int version = Math.max(api.minVersion(), key.lowestOfferedVersion());
        version += random.nextInt(Math.max(1, api.maxVersion() - version + 1));
        byte[] frame = BareConnection.frame(request(random, key, version), version, random.nextInt());
        for (int changes = random.nextInt(5); changes > 0; changes--) frame = change(random, frame);
        return BareConnection.withLength(frame);
    }

    private ApiMessage request(Random random, ApiKey key, int version) {
        boolean byId = key == ApiKey.PRODUCE && version >= 13 || key == ApiKey.FETCH && version >= 13;
        if (!byId && random.nextInt(4) > 0) {
            if (key == ApiKey.PRODUCE) return Witness.produce(topic, 0, BatchBytes.of(3, BatchBytes.records(3), batch -> {}));
            if (key == ApiKey.FETCH) return Witness.fetch(topic, 0, random.nextInt(3)).setMaxWaitMs(0);
            if (key == ApiKey.CREATE_TOPICS) {
                var request = new CreateTopicsRequest().setTimeoutMs(1_000);
                request.topics().add(new CreateTopicsRequest.CreatableTopic().setName("fuzz" + random.nextInt(20)).setNumPartitions(1).setReplicationFactor((short) 1));
                return request;
            }
            if (key == ApiKey.METADATA) {
                var request = new MetadataRequest();
                request.topics().add(new MetadataRequest.MetadataRequestTopic().setName(topic));
                return request;
            }
        }
        return RandomMessages.fill(random, key, (short) version);
    }

    /** Bytes after the length and the first eight of the header: changed, taken out, put in, or the end cut off. */
    private static byte[] change(Random random, byte[] frame) {
        int first = random.nextInt(20) == 0 ? 4 : 12;
        if (frame.length <= first + 1) return frame;
        int at = first + random.nextInt(frame.length - first);
        var bytes = ByteBuffer.wrap(frame);
        switch (random.nextInt(7)) {
            case 0 -> frame[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> frame[at] = (byte) (random.nextBoolean() ? -1 : 0x7F);
            case 2 -> frame[at] = (byte) random.nextInt();
            case 3 -> { if (at + 4 <= frame.length) bytes.putInt(at, new int[] {-1, -2, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20}[random.nextInt(5)]); }
            case 4 -> frame = Arrays.copyOf(frame, at);
            case 5 -> frame = BareConnection.concat(Arrays.copyOf(frame, at), new byte[1 + random.nextInt(8)], Arrays.copyOfRange(frame, at, frame.length));
            default -> frame = BareConnection.concat(Arrays.copyOf(frame, at), Arrays.copyOfRange(frame, Math.min(frame.length, at + 1 + random.nextInt(8)), frame.length));
        }
        return frame;
    }
}
