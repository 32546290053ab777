package io.barnabas.protocol;

import io.barnabas.base.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Writes a random message of a given shape, without any of the code under test but the primitives. */
final class RandomBytes {
    /** Above every known tag, in whatever version: Kafka refuses a known one in a version that lacks it. */
    private static final int UNKNOWN_TAG_MIN = 20;

    private final RandomGenerator random;
    private final ByteWriter writer = ByteWriter.onHeap(4096);

    private RandomBytes(RandomGenerator random) {
        this.random = random;
    }

    static byte[] of(WireShape shape, RandomGenerator random) {
        var bytes = new RandomBytes(random);
        bytes.write(shape, 0);
        return bytes.toArray();
    }

    private byte[] toArray() {
        return MessageCase.bytes(writer);
    }

    private void write(WireShape shape, int depth) {
        switch (shape.kind()) {
            case "struct" -> {
                if (shape.nullable()) {
                    boolean isNull = random.nextInt(3) == 0;
                    writer.writeByte(isNull ? -1 : 1);
                    if (isNull) return;
                }
                for (var child : shape.children()) write(child, depth);
            }
            case "array" -> {
                boolean isNull = shape.nullable() && random.nextInt(4) == 0;
                int count = isNull ? -1 : random.nextInt(depth < 2 ? 4 : 3);
                if (shape.compact()) writer.writeUnsignedVarint(count + 1);
                else writer.writeInt(count);
                for (int i = 0; i < count; i++) write(shape.children().get(0), depth + 1);
            }
            case "tags" -> writeTags(shape, depth);
            default -> writePrimitive(shape.kind());
        }
    }

    private void writeTags(WireShape shape, int depth) {
        var fields = new TreeMap<Integer, byte[]>();
        shape.tags().forEach((tag, type) -> {
            if (random.nextInt(3) == 0) return;
            var field = new RandomBytes(random);
            field.write(type, depth + 1);
            var bytes = field.toArray();
            // In a tagged field Kafka reads the mark before a nullable struct as a varint, where null is 0.
            if (type.kind().equals("struct") && type.nullable() && bytes[0] < 0) bytes[0] = 0;
            fields.put(tag, bytes);
        });
        for (int i = random.nextInt(4) == 0 ? random.nextInt(4) : 0; i > 0; i--) {
            fields.put(UNKNOWN_TAG_MIN + random.nextInt(200), randomBytes());
        }
        writer.writeUnsignedVarint(fields.size());
        fields.forEach((tag, bytes) -> {
            writer.writeUnsignedVarint(tag);
            writer.writeUnsignedVarint(bytes.length);
            writer.writeBytes(bytes);
        });
    }

    private void writePrimitive(String kind) {
        switch (kind) {
            case "BOOLEAN" -> writer.writeByte(random.nextInt(2));
            case "INT8" -> writer.writeByte((int) number());
            case "INT16", "UINT16" -> writer.writeShort((int) number());
            case "INT32", "UINT32" -> writer.writeInt((int) number());
            case "INT64" -> writer.writeLong(number());
            case "FLOAT64" -> writer.writeDouble(random.nextInt(4) == 0 ? 0 : random.nextGaussian());
            case "UUID" -> {
                boolean isZero = random.nextInt(4) == 0;
                writer.writeLong(isZero ? 0 : random.nextLong());
                writer.writeLong(isZero ? 0 : random.nextLong());
            }
            default -> writeSized(kind);
        }
    }

    private void writeSized(String kind) {
        boolean compact = kind.startsWith("COMPACT_");
        boolean isString = kind.endsWith("STRING");
        if (!isString && !kind.endsWith("BYTES") && !kind.endsWith("RECORDS")) throw new AssertionError(kind);
        boolean isNull = kind.contains("NULLABLE") && random.nextInt(4) == 0;
        var bytes = isNull ? new byte[0] : isString ? randomText().getBytes(StandardCharsets.UTF_8) : randomBytes();
        int length = isNull ? -1 : bytes.length;
        if (compact) writer.writeUnsignedVarint(length + 1);
        else if (isString) writer.writeShort(length);
        else writer.writeInt(length);
        writer.writeBytes(bytes);
    }

    private long number() {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> random.nextInt(100);
            case 3 -> Long.MAX_VALUE;
            default -> random.nextLong();
        };
    }

    private String randomText() {
        var alphabet = "abcdefghij-_.0123456789\u00e4\u20ac\u00df";
        int length = random.nextInt(20) == 0 ? 130 + random.nextInt(40) : random.nextInt(8);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        return random.nextInt(20) == 0 ? text.append("\ud83d\ude00").toString() : text.toString();
    }

    private byte[] randomBytes() {
        var bytes = new byte[random.nextInt(20) == 0 ? 128 + random.nextInt(100) : random.nextInt(8)];
        random.nextBytes(bytes);
        return bytes;
    }
}
