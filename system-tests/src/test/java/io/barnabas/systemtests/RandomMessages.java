package io.barnabas.systemtests;

import io.barnabas.base.ByteWriter;
import io.barnabas.base.Payload;
import io.barnabas.base.Uuid;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Requests that can be written, with anything in their fields: found by their setters, so that no message is left out. */
final class RandomMessages {
    private static final long[] NUMBERS = {0, 1, -1, 2, 3, 100, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE};
    private static final String[] STRINGS = {"", "topic", "..", "__cluster_metadata", "x".repeat(300), "1", "ü😀", "retention.ms", "PLAIN", "consumer"};

    private RandomMessages() {}

    static ApiMessage fill(Random random, ApiKey key, short version) {
        var message = key.newRequest();
        for (var setter : message.getClass().getMethods()) {
            if (!isSetter(setter)) continue;
            try {
                var before = message.getClass().getMethod(accessor(setter)).invoke(message);
                setter.invoke(message, value(random, setter.getGenericParameterTypes()[0], 2));
                if (!isWritable(message, version)) setter.invoke(message, before);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(setter.toString(), e);
            }
        }
        return message;
    }

    private static boolean isSetter(Method method) {
        return method.getName().startsWith("set") && method.getParameterCount() == 1 && !method.getName().contains("TaggedFields");
    }

    private static String accessor(Method setter) {
        return Character.toLowerCase(setter.getName().charAt(3)) + setter.getName().substring(4);
    }

    /** Not every version has every field. */
    private static boolean isWritable(ApiMessage message, short version) {
        try {
            message.write(ByteWriter.onHeap(256), version);
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private static Object value(Random random, Type type, int depth) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType list) {
            var elements = new ArrayList<>();
            for (int count = depth == 0 ? 0 : random.nextInt(4); count > 0; count--) elements.add(value(random, list.getActualTypeArguments()[0], depth - 1));
            return elements;
        }
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        if (type == byte.class || type == Byte.class) return (byte) number;
        if (type == short.class || type == Short.class) return (short) number;
        if (type == int.class || type == Integer.class) return (int) number;
        if (type == long.class || type == Long.class) return number;
        if (type == double.class) return random.nextBoolean() ? Double.NaN : (double) number;
        if (type == boolean.class) return random.nextBoolean();
        if (type == String.class) return STRINGS[random.nextInt(STRINGS.length)];
        if (type == Uuid.class) return new Uuid(random.nextInt(3), random.nextInt(3));
        byte[] bytes = new byte[random.nextInt(100)];
        random.nextBytes(bytes);
        if (type == ByteBuffer.class) return ByteBuffer.wrap(bytes);
        if (type == Payload.class) return Payload.of(ByteBuffer.wrap(bytes));
        return struct(random, (Class<?>) type, depth);
    }

    private static Object struct(Random random, Class<?> type, int depth) throws ReflectiveOperationException {
        var struct = type.getConstructor().newInstance();
        for (var setter : type.getMethods()) {
            // Half of the fields keep what they have: else hardly any version could be written.
            if (isSetter(setter) && random.nextBoolean()) setter.invoke(struct, value(random, setter.getGenericParameterTypes()[0], depth - 1));
        }
        return struct;
    }
}
