package io.barnabas.protocol;

import static io.barnabas.protocol.KafkaPeer.call;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.barnabas.base.Payload;
import io.barnabas.base.Uuid;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares our message with Kafka's field by field, by the names of their accessors. */
final class Mirror {
    private record Pair(String name, Method kafka, Method ours) {}

    private final Map<Class<?>, List<Pair>> pairs = new HashMap<>();

    void assertSame(Object kafka, Object ours) {
        assertSame(kafka.getClass().getSimpleName(), kafka, ours);
    }

    private void assertSame(String where, Object kafka, Object ours) {
        if (kafka == null || ours == null) {
            assertEquals(kafka == null, ours == null, where);
        } else if (ours instanceof Message) {
            assertSameFields(where, kafka, ours);
        } else if (ours instanceof List<?> list) {
            var others = ((Collection<?>) kafka).iterator();
            assertEquals(((Collection<?>) kafka).size(), list.size(), where);
            for (int i = 0; i < list.size(); i++) assertSame(where + "[" + i + "]", others.next(), list.get(i));
        } else {
            assertEquals(plain(kafka), plain(ours), where);
        }
    }

    private void assertSameFields(String where, Object kafka, Object ours) {
        for (var pair : pairs.computeIfAbsent(kafka.getClass(), type -> pairsOf(type, ours.getClass()))) {
            var theirValue = call(() -> pair.kafka.invoke(kafka));
            var ourValue = call(() -> pair.ours.invoke(ours));
            assertSame(where + "." + pair.name, theirValue, ourValue);
        }
        var theirTags = (List<?>) call(() -> kafka.getClass().getMethod("unknownTaggedFields").invoke(kafka));
        var ourTags = (List<?>) call(() -> ours.getClass().getMethod("unknownTaggedFields").invoke(ours));
        if (ourTags != null) assertSame(where + ".unknown", theirTags, ourTags);
        else assertEquals(0, theirTags.size(), where);
    }

    private static List<Pair> pairsOf(Class<?> kafka, Class<?> ours) {
        return java.util.Arrays.stream(kafka.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.getName().startsWith("_"))
                .filter(field -> !List.of("next", "prev").contains(field.getName()) || !Modifier.isPrivate(field.getModifiers()))
                .map(field -> new Pair(field.getName(), accessor(kafka, field.getName()), accessor(ours, field.getName())))
                .toList();
    }

    private static Method accessor(Class<?> type, String name) {
        var method = (Method) call(() -> type.getMethod(name));
        assertNotNull(method, name);
        return method;
    }

    /** A value that both sides can be compared by. */
    private static Object plain(Object value) {
        if (value instanceof Double || value instanceof Boolean || value instanceof String) return value;
        if (value instanceof Number number) return number.longValue();
        if (value instanceof byte[] bytes) return ByteBuffer.wrap(bytes);
        if (value instanceof ByteBuffer bytes) return bytes;
        if (value instanceof Payload payload) return payload.toByteBuffer();
        if (value instanceof Uuid uuid) return List.of(uuid.mostSignificantBits(), uuid.leastSignificantBits());
        if (value instanceof TaggedField field) return List.of(field.tag(), ByteBuffer.wrap(field.bytes()));
        var type = value.getClass();
        return call(() -> switch (type.getSimpleName()) {
            case "Uuid" -> List.of(type.getMethod("getMostSignificantBits").invoke(value),
                    type.getMethod("getLeastSignificantBits").invoke(value));
            case "RawTaggedField" -> List.of(type.getMethod("tag").invoke(value),
                    ByteBuffer.wrap((byte[]) type.getMethod("data").invoke(value)));
            case "MemoryRecords" -> type.getMethod("buffer").invoke(value);
            default -> throw new AssertionError(type);
        });
    }
}
