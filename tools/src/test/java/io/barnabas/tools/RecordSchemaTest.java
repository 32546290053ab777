package io.barnabas.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.testkit.Seeds;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Every record of Apache Kafka's logs, in every version, is told as Apache Kafka's own classes tell it. */
class RecordSchemaTest {
    private static final int ROUNDS = 40;

    @Test
    void everyRecordInEveryVersionIsToldAsApacheKafkaTellsIt() throws Exception {
        var loader = peers();
        var schemas = schemas();
        assertTrue(schemas.size() > 80, () -> "schemas: " + schemas.keySet());
        Seeds.check(3, (seed, random) -> {
            for (var each : schemas.entrySet()) {
                var schema = each.getValue();
                var judge = new Judge(loader, each.getKey());
                for (int version = schema.lowestVersion(); version <= schema.highestVersion(); version++) {
                    if (!schema.hasVersion(version)) continue;
                    for (int round = 0; round < ROUNDS; round++) {
                        var writer = ByteWriter.onHeap(4096);
                        new RandomRecord(schema, version, random, writer).write();
                        var bytes = bytesOf(writer);
                        assertEquals(judge.json(bytes, (short) version), Json.of(schema.read(new ByteReader(ByteBuffer.wrap(bytes)), version)),
                                schema.name() + " version " + version);
                    }
                }
            }
        });
    }

    @Test
    void bytesThatAreCutOffOrChangedGiveOneErrorOrAnotherRecord() {
        var schemas = schemas();
        Seeds.check(3, (seed, random) -> {
            for (var schema : schemas.values()) {
                var writer = ByteWriter.onHeap(4096);
                new RandomRecord(schema, schema.highestVersion(), random, writer).write();
                var bytes = bytesOf(writer);
                if (bytes.length == 0) continue;
                for (int i = 0; i < 20; i++) {
                    var damaged = bytes.clone();
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                    try {
                        Json.of(schema.read(new ByteReader(ByteBuffer.wrap(damaged, 0, 1 + random.nextInt(damaged.length))),
                                schema.highestVersion()));
                    } catch (DecodeException e) {
                        // One of two answers.
                    }
                }
            }
        });
    }

    @Test
    void anUnknownVersionIsNamed() {
        var error = assertThrows(DecodeException.class, () -> RecordSchemas.topicRecord().read(new ByteReader(ByteBuffer.allocate(0)), 9));
        assertTrue(error.getMessage().contains("TopicRecord version=9"), error::getMessage);
    }

    /** What Apache Kafka's class of a record makes of bytes. */
    private static final class Judge {
        private final Class<?> message;
        private final Class<?> converter;
        private final ClassLoader loader;

        Judge(ClassLoader loader, String name) throws ClassNotFoundException {
            this.loader = loader;
            message = loader.loadClass(name);
            converter = loader.loadClass(name + "JsonConverter");
        }

        String json(byte[] bytes, short version) throws ReflectiveOperationException {
            var accessor = loader.loadClass("org.apache.kafka.common.protocol.ByteBufferAccessor").getConstructor(ByteBuffer.class).newInstance(ByteBuffer.wrap(bytes));
            var read = message.getConstructor(loader.loadClass("org.apache.kafka.common.protocol.Readable"),
                    short.class).newInstance(accessor, version);
            return converter.getMethod("write", message, short.class).invoke(null, read, version).toString();
        }
    }

    private static byte[] bytesOf(ByteWriter writer) {
        var written = writer.toByteBuffer();
        var bytes = new byte[written.remaining()];
        written.get(bytes);
        return bytes;
    }

    /** By the name of Apache Kafka's class. */
    private static Map<String, RecordSchema> schemas() {
        var schemas = new LinkedHashMap<String, RecordSchema>();
        putAll(schemas, "org.apache.kafka.common.metadata", RecordSchemas::metadata);
        putAll(schemas, "org.apache.kafka.coordinator.group.generated", RecordSchemas::groupKey);
        putAll(schemas, "org.apache.kafka.coordinator.group.generated", RecordSchemas::groupValue);
        putAll(schemas, "org.apache.kafka.coordinator.transaction.generated", RecordSchemas::transactionKey);
        putAll(schemas, "org.apache.kafka.coordinator.transaction.generated", RecordSchemas::transactionValue);
        putAll(schemas, "org.apache.kafka.coordinator.share.generated", RecordSchemas::shareKey);
        putAll(schemas, "org.apache.kafka.coordinator.share.generated", RecordSchemas::shareValue);
        putAll(schemas, "org.apache.kafka.server.log.remote.metadata.storage.generated", RecordSchemas::storage);
        for (var schema : new RecordSchema[] {RecordSchemas.leaderChangeMessage(), RecordSchemas.snapshotHeaderRecord(),
                RecordSchemas.snapshotFooterRecord(),
                RecordSchemas.kRaftVersionRecord(), RecordSchemas.votersRecord(), RecordSchemas.consumerProtocolAssignment(),
                        RecordSchemas.consumerProtocolSubscription()}) {
            schemas.put("org.apache.kafka.common.message." + schema.name(), schema);
        }
        return schemas;
    }

    private static void putAll(Map<String, RecordSchema> schemas, String packageName, IntFunction<RecordSchema> byId) {
        for (int id = 0; id < 100; id++) {
            var schema = byId.apply(id);
            if (schema != null) schemas.put(packageName + "." + schema.name(), schema);
        }
    }

    private static ClassLoader peers() throws Exception {
        var jars = new ArrayList<URL>();
        try (var files = Files.list(Path.of("target/peers"))) {
            for (var file : files.toList()) jars.add(file.toUri().toURL());
        }
        assertTrue(jars.size() >= 9, "missing peers");
        return new URLClassLoader(jars.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }
}
