package io.barnabas.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The versions that the current release dropped, against the classes of the last one that had them. */
class DroppedVersionsMatchKafkaTest {
    private static final int ROUNDS = 20;

    private final KafkaPeer older = KafkaPeer.older();

    @Test
    void everyDroppedVersionHasKafkasBytes() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed=" + seed);
        var random = new SplittableRandom(seed);
        int versions = 0;
        for (var api : ApiKey.values()) {
            if (api.lowestVersion() == api.lowestOfferedVersion()) continue;
            var request = AllMessages.api(older, api.newRequest());
            var response = AllMessages.api(older, api.newResponse());
            assertEquals(request.kafkaLowest(), api.lowestVersion(), api.name());
            for (short version = api.lowestVersion(); version < api.lowestOfferedVersion(); version++) {
                request.assertSameBytes(version, random, ROUNDS);
                response.assertSameBytes(version, random, ROUNDS);
                versions++;
            }
        }
        System.out.println("dropped API versions that have Kafka's bytes: " + versions);
        assertEquals(33, versions);
    }

    @Test
    void theOldestRequestHeaderHasKafkasBytes() {
        AllMessages.headers(older).get(0).assertSameBytes((short) 0, new SplittableRandom(1), ROUNDS);
    }
}
