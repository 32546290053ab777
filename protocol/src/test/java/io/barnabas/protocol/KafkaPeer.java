package io.barnabas.protocol;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Apache Kafka's own generated classes in one release, reached by reflection so that two releases can be judges. */
final class KafkaPeer {
    private static final Path JARS = Path.of("target/peers");

    private final ClassLoader loader;
    private final Constructor<?> accessor;
    private final Constructor<?> sizeCache;
    private final Method size;
    private final Method write;

    private KafkaPeer(ClassLoader loader) {
        this.loader = loader;
        try {
            accessor = type("org.apache.kafka.common.protocol.ByteBufferAccessor").getConstructor(ByteBuffer.class);
            var cache = type("org.apache.kafka.common.protocol.ObjectSerializationCache");
            sizeCache = cache.getConstructor();
            var message = type("org.apache.kafka.common.protocol.Message");
            size = message.getMethod("size", cache, short.class);
            write = message.getMethod("write", type("org.apache.kafka.common.protocol.Writable"), cache, short.class);
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    /** The current release: clients from the class path, the server's records from their own jars. */
    static KafkaPeer current() {
        var version = System.getProperty("kafka.version");
        var urls = new URL[] {jar("kafka-metadata", version), jar("kafka-group-coordinator", version), jar("kafka-raft", version),
                jar("kafka-transaction-coordinator", version), jar("kafka-share-coordinator", version), jar("kafka-storage", version),
            jar("kafka-server-common", version)};
        return new KafkaPeer(new URLClassLoader(urls, KafkaPeer.class.getClassLoader()));
    }

    /** The release that still has the versions dropped since, apart from the class path. */
    static KafkaPeer older() {
        var logging = org.slf4j.Logger.class.getProtectionDomain().getCodeSource().getLocation();
        var urls = new URL[] {jar("kafka-clients", System.getProperty("kafka.old.version")), logging};
        return new KafkaPeer(new URLClassLoader(urls, ClassLoader.getPlatformClassLoader()));
    }

    private static URL jar(String artifact, String version) {
        var file = JARS.resolve(artifact + "-" + version + ".jar");
        if (!Files.exists(file)) throw new AssertionError("missing peer: " + file);
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    Class<?> type(String name) {
        try {
            return Class.forName(name, true, loader);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    Object newMessage(Class<?> type) {
        return call(() -> type.getConstructor().newInstance());
    }

    /** What Kafka reads from the bytes, which must be whole. */
    Object read(Class<?> type, byte[] bytes, short version) {
        var buffer = ByteBuffer.wrap(bytes);
        var message = call(() -> type.getConstructor(type("org.apache.kafka.common.protocol.Readable"), short.class)
                .newInstance(accessor.newInstance(buffer), version));
        if (buffer.hasRemaining()) throw new AssertionError("Kafka left bytes over: " + buffer.remaining());
        return message;
    }

    /** What Kafka writes, or the exception it refuses with. */
    byte[] write(Object message, short version) {
        return (byte[]) call(() -> {
            var cache = sizeCache.newInstance();
            var bytes = new byte[(Integer) size.invoke(message, cache, version)];
            write.invoke(message, accessor.newInstance(ByteBuffer.wrap(bytes)), cache, version);
            return bytes;
        });
    }

    /** What Kafka puts into the metadata log for a record. */
    byte[] writeMetadataRecord(Object message, short version) {
        return (byte[]) call(() -> {
            var serde = type("org.apache.kafka.metadata.MetadataRecordSerde").getConstructor().newInstance();
            var record = type("org.apache.kafka.server.common.ApiMessageAndVersion")
                    .getConstructor(type("org.apache.kafka.common.protocol.ApiMessage"), short.class).newInstance(message, version);
            var cache = sizeCache.newInstance();
            var recordSize = serde.getClass().getMethod("recordSize", record.getClass(), cache.getClass());
            var bytes = new byte[(Integer) recordSize.invoke(serde, record, cache)];
            serde.getClass().getMethod("write", record.getClass(), cache.getClass(), type("org.apache.kafka.common.protocol.Writable"))
                    .invoke(serde, record, cache, accessor.newInstance(ByteBuffer.wrap(bytes)));
            return bytes;
        });
    }

    static short constant(Class<?> type, String name) {
        return (Short) call(() -> type.getField(name).get(null));
    }

    /** Kafka's own description of the version's layout. */
    static Object schema(Class<?> type, short version) {
        return ((Object[]) call(() -> type.getField("SCHEMAS").get(null)))[version];
    }

    interface Call {
        Object run() throws ReflectiveOperationException;
    }

    static Object call(Call call) {
        try {
            return call.run();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw new AssertionError(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
