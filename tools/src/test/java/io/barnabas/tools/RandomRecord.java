package io.barnabas.tools;

import io.barnabas.base.ByteWriter;
import io.barnabas.tools.RecordSchema.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random bytes of a schema, as any writer may write them: tagged fields with and without their defaults, nulls, empty lists. */
final class RandomRecord {
    private static final List<String> TEXTS = List.of("", "a", "topic-1", "gr\u00fc\u00df\u20ac", "\ud83d\ude00",
            "quote \" back \\ slash", "tab\tline\n\u0001\u001f/\u007f");

    private final RecordSchema schema;
    private final int version;
    private final RandomGenerator random;
    private final ByteWriter writer;

    RandomRecord(RecordSchema schema, int version, RandomGenerator random, ByteWriter writer) {
        this.schema = schema;
        this.version = version;
        this.random = random;
        this.writer = writer;
    }

    void write() {
        writeStruct(schema.fields());
    }

    private boolean isIn(long versions) {
        return (versions >>> version & 1) != 0;
    }

    private void writeStruct(List<Field> fields) {
        boolean isFlexible = isIn(schema.flexible());
        for (var field : fields) if (isIn(field.versions()) && !(isFlexible && isIn(field.tagged()))) writeField(field, false);
        if (!isFlexible) return;
        var tagged = fields.stream().filter(field -> isIn(field.versions()) && isIn(field.tagged()) && random.nextInt(3) > 0)
                .sorted((a, b) -> a.tag() - b.tag()).toList();
        boolean hasUnknown = random.nextInt(5) == 0;
        writer.writeUnsignedVarint(tagged.size() + (hasUnknown ? 1 : 0));
        for (var field : tagged) {
            writer.writeUnsignedVarint(field.tag());
            int start = writer.beginSized();
            writeField(field, true);
            writer.endSized(start);
        }
        if (!hasUnknown) return;
        writer.writeUnsignedVarint(1000);
        writer.writeUnsignedVarint(1);
        writer.writeByte((byte) 7);
    }

    private void writeField(Field field, boolean isTagged) {
        boolean isCompact = isIn(field.flexible());
        boolean isNull = isIn(field.nullable()) && random.nextInt(3) == 0;
        if (field.isArray()) {
            int count = isNull ? -1 : random.nextInt(3);
            if (isCompact) writer.writeUnsignedVarint(count + 1);
            else writer.writeInt(count);
            for (int i = 0; i < count; i++) writeOne(field, isCompact, false);
        } else if (field.type().equals("struct") && isIn(field.nullable())) {
            if (isTagged) writer.writeUnsignedVarint(isNull ? 0 : 1);
            else writer.writeByte((byte) (isNull ? -1 : 1));
            if (!isNull) writeStruct(field.fields());
        } else {
            writeOne(field, isCompact, isNull);
        }
    }

    private void writeOne(Field field, boolean isCompact, boolean isNull) {
        switch (field.type()) {
            case "struct" -> writeStruct(field.fields());
            case "bool" -> writer.writeByte((byte) random.nextInt(2));
            case "int8" -> writer.writeByte((byte) number(field));
            case "int16", "uint16" -> writer.writeShort((short) number(field));
            case "int32", "uint32" -> writer.writeInt((int) number(field));
            case "int64" -> writer.writeLong(number(field));
            case "float64" -> writer.writeDouble(random.nextInt(3) == 0 ? 0 : random.nextDouble(-1e12, 1e12));
            case "uuid" -> {
                boolean isZero = random.nextInt(3) == 0;
                writer.writeLong(isZero ? 0 : random.nextLong());
                writer.writeLong(isZero ? 0 : random.nextLong());
            }
            case "string" -> {
                var text = random.nextInt(4) == 0 ? field.defaultText().replace("null", "") : TEXTS.get(random.nextInt(TEXTS.size()));
                var bytes = text.getBytes(StandardCharsets.UTF_8);
                if (isCompact) writer.writeUnsignedVarint(isNull ? 0 : bytes.length + 1);
                else writer.writeShort((short) (isNull ? -1 : bytes.length));
                if (!isNull) for (byte b : bytes) writer.writeByte(b);
            }
            case "bytes" -> {
                int length = random.nextInt(6);
                if (isCompact) writer.writeUnsignedVarint(isNull ? 0 : length + 1);
                else writer.writeInt(isNull ? -1 : length);
                for (int i = 0; !isNull && i < length; i++) writer.writeByte((byte) random.nextInt());
            }
            default -> throw new AssertionError(field.type());
        }
    }

    private long number(Field field) {
        return switch (random.nextInt(4)) {
            case 0 -> field.defaultText().isEmpty() || field.isArray() ? 0 : Long.decode(field.defaultText());
            case 1 -> random.nextInt(-2, 3);
            default -> random.nextLong();
        };
    }
}
