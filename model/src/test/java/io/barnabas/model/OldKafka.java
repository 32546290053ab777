package io.barnabas.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Apache Kafka has of the old formats outside its clients of today: the conversion down, of the last release that had it,
 * and the broker's validation. Both lie in class loaders of their own; a jar that is not there fails.
 */
final class OldKafka {
    private static final ClassLoader OLD_CLIENTS = new URLClassLoader(
            new URL[] {jar("kafka-clients", "kafka.old.version")}, new WithoutKafka());
    static final ClassLoader STORAGE = new URLClassLoader(
            new URL[] {jar("kafka-storage", "kafka.version"), jar("kafka-server-common", "kafka.version")}, OldKafka.class.getClassLoader());

    private OldKafka() {}

    /** The codecs' libraries are ours. */
    private static final class WithoutKafka extends ClassLoader {
        WithoutKafka() {
            super(OldKafka.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.apache.kafka.")) throw new ClassNotFoundException(name);
            return super.loadClass(name, resolve);
        }
    }

    private static URL jar(String artifact, String version) {
        Path jar = Path.of("target/peers/" + artifact + "-" + System.getProperty(version) + ".jar");
        try {
            if (!Files.exists(jar)) throw new IllegalStateException("peer missing: jar=" + jar.toAbsolutePath());
            return jar.toUri().toURL();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ByteBuffer downConvert(ByteBuffer batches, byte toMagic, long firstOffset) throws Exception {
        var memoryRecords = OLD_CLIENTS.loadClass("org.apache.kafka.common.record.MemoryRecords");
        var time = OLD_CLIENTS.loadClass("org.apache.kafka.common.utils.Time");
        var records = memoryRecords.getMethod("readableRecords", ByteBuffer.class).invoke(null, batches);
        var converted = call(() -> memoryRecords.getMethod("downConvert", byte.class, long.class, time)
                .invoke(records, toMagic, firstOffset, time.getField("SYSTEM").get(null)));
        var result = converted.getClass().getMethod("records").invoke(converted);
        return (ByteBuffer) memoryRecords.getMethod("buffer").invoke(result);
    }

    interface Call {
        Object run() throws Exception;
    }

    /** What a reflective call throws is what its method threw. */
    static Object call(Call call) throws Exception {
        try {
            return call.run();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) throw cause;
            throw e;
        }
    }
}
