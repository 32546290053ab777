package io.barnabas.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our messages against the classes of Apache Kafka's current release. */
class MessagesMatchKafkaTest {
    private static final int ROUNDS = 6;

    private final KafkaPeer peer = KafkaPeer.current();
    private long seed;
    private SplittableRandom random;

    @BeforeEach
    void seed() {
        seed = Long.getLong("seed", System.nanoTime());
        random = new SplittableRandom(seed);
        System.out.println("seed=" + seed);
    }

    @Test
    void everyVersionOfEveryApiHasKafkasBytes() {
        int versions = 0;
        for (var kafka : ApiKeys.values()) {
            if (!kafka.hasValidVersion()) continue;
            var api = ApiKey.of(kafka.id);
            var request = AllMessages.api(peer, api.newRequest());
            var response = AllMessages.api(peer, api.newResponse());
            for (short version = kafka.oldestVersion(); version <= kafka.latestVersion(true); version++) {
                request.assertSameBytes(version, random, ROUNDS);
                response.assertSameBytes(version, random, ROUNDS);
                versions++;
            }
        }
        System.out.println("API versions that have Kafka's bytes: " + versions);
        assertEquals(309, versions);
    }

    @Test
    void headersAndRecordsHaveKafkasBytes() {
        int records = 0;
        for (var each : headersAndRecords()) {
            for (short version = each.kafkaLowest(); version <= each.kafkaHighest(); version++) {
                each.assertSameBytes(version, random, ROUNDS);
                records++;
            }
        }
        System.out.println("header and record versions that have Kafka's bytes: " + records);
        assertEquals(126, records);
    }

    @Test
    void defaultsAreKafkas() {
        for (var each : AllMessages.apis(peer)) each.assertSameDefaults();
        for (var each : headersAndRecords()) each.assertSameDefaults();
    }

    @Test
    void aVersionThatLacksASetFieldIsRefusedWhereKafkaRefusesIt() {
        int refusals = 0;
        for (var each : AllMessages.apis(peer)) {
            for (short version = each.kafkaLowest(); version <= each.kafkaHighest(); version++) {
                refusals += each.assertSameRefusals(version, random);
            }
        }
        assertTrue(refusals > 100, "refusals=" + refusals);
    }

    @Test
    void headerVersionsAreKafkas() {
        for (var kafka : ApiKeys.values()) {
            if (!kafka.hasValidVersion()) continue;
            var api = ApiKey.of(kafka.id);
            assertEquals(kafka.messageType.latestVersionUnstable(), api.latestVersionUnstable(), api.name());
            assertEquals(kafka.messageType.lowestSupportedVersion(), api.lowestOfferedVersion(), api.name());
            assertEquals(kafka.messageType.highestSupportedVersion(true), api.highestVersion(), api.name());
            for (short version = kafka.oldestVersion(); version <= kafka.latestVersion(true); version++) {
                assertEquals(kafka.requestHeaderVersion(version), api.requestHeaderVersion(version), api.name());
                assertEquals(kafka.responseHeaderVersion(version), api.responseHeaderVersion(version), api.name());
            }
        }
    }

    @Test
    void everyApiThatKafkaHasIsThereOnce() {
        for (var kafka : ApiKeys.values()) {
            var api = ApiKey.of(kafka.id);
            assertEquals(kafka.hasValidVersion(), api != null, kafka.name());
            if (api == null) continue;
            assertEquals(kafka.name(), api.name());
            assertEquals(api, api.newRequest().apiKey());
            assertEquals(api, api.newResponse().apiKey());
        }
        assertEquals(91, ApiKey.values().length);
        assertEquals(null, ApiKey.of((short) -1));
        assertEquals(null, ApiKey.of(Short.MAX_VALUE));
    }

    private List<MessageCase> headersAndRecords() {
        var cases = new ArrayList<>(AllMessages.headers(peer));
        cases.addAll(AllMessages.records(peer));
        return cases;
    }
}
