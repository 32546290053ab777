package io.barnabas.codegen;

import io.barnabas.codegen.Schema.Field;
import io.barnabas.codegen.Schema.Struct;

/** Writes the method {@code read} of a struct, and {@code readList} where arrays of it occur. */
final class ReadWriter {
    private final Schema schema;
    private final Struct struct;
    private final StructLayout layout;
    private final Code code;

    ReadWriter(Schema schema, Struct struct, StructLayout layout, Code code) {
        this.schema = schema;
        this.struct = struct;
        this.layout = layout;
        this.code = code;
    }

    void write() {
        code.line("@Override").line("public void read(ByteReader reader, short version) {");
        if (struct == schema.root()) {
            code.line("if (version < LOWEST_VERSION || version > HIGHEST_VERSION) throw Wire.unreadable(\"%s\", version);",
                    schema.name());
        }
        writeFlexible(code, layout.flexible(), struct.possible());
        for (var field : struct.fields()) writeField(field);
        writeTaggedFields();
        code.line("}").line("");
        if (isElement(schema, struct)) writeReadList();
    }

    /** Declares the local variable {@code flexible} where it is not the same in all versions. */
    static void writeFlexible(Code code, Versions flexible, Versions possible) {
        if (flexible.isEmpty() || flexible.containsAll(possible)) return;
        code.line("boolean flexible = %s;", flexible.condition(possible));
    }

    static boolean isElement(Schema schema, Struct struct) {
        for (var owner : schema.structs()) {
            for (var field : owner.fields()) if (field.type().equals(new FieldType(struct.name(), true))) return true;
        }
        return false;
    }

    private void writeField(Field field) {
        var plain = layout.plain(field);
        var otherwise = Defaults.literal(field);
        if (plain.isEmpty()) {
            code.line("%s = %s;", field.reference(), otherwise);
            return;
        }
        var condition = plain.condition(struct.possible());
        var value = value(field, plain, layout.compact(field, plain), "Presence");
        if (condition.equals("true")) code.line("%s = %s;", field.reference(), value);
        else if (field.type().java().equals("byte") || field.type().java().equals("short")) {
            code.line("%s = %s ? %s : (%s) %s;", field.reference(), condition, value, field.type().java(), otherwise);
        } else code.line("%s = %s ? %s : %s;", field.reference(), condition, value, otherwise);
    }

    /**
     * The expression that reads the field, in versions {@code versions}.
     *
     * @param presence how {@code Wire} calls the byte before a nullable struct here
     */
    private String value(Field field, Versions versions, String compact, String presence) {
        var type = field.type();
        var nullable = field.nullable().condition(versions);
        if (type.isArray()) {
            return type.isStruct() ? "%s.readList(reader, version, %s)".formatted(type.name(), nullable)
                    : "Wire.read%sList(reader, %s, %s)".formatted(type.sizedName(), compact, nullable);
        }
        if (type.isStruct()) {
            var whole = "new %s(reader, version)".formatted(type.name());
            return switch (nullable) {
                case "false" -> whole;
                case "true" -> "Wire.read%s(reader) ? %s : null".formatted(presence, whole);
                default -> "!(%s) || Wire.read%s(reader) ? %s : null".formatted(nullable, presence, whole);
            };
        }
        return type.fixedName() != null ? "reader.read%s()".formatted(type.fixedName())
                : "Wire.read%s(reader, %s, %s)".formatted(type.sizedName(), compact, nullable);
    }

    private void writeTaggedFields() {
        var flexible = layout.flexible().condition(struct.possible());
        var tagged = layout.taggedFields();
        if (flexible.equals("false")) {
            code.line("unknownTaggedFields = null;");
        } else if (tagged.isEmpty()) {
            var unknown = "Wire.readUnknownTaggedFields(reader)";
            code.line("unknownTaggedFields = %s;", flexible.equals("true") ? unknown : "flexible ? " + unknown + " : null");
        } else {
            code.line("unknownTaggedFields = null;");
            code.line("%sreadTaggedFields(reader, version);", flexible.equals("true") ? "" : "if (flexible) ");
            code.line("}").line("").line("private void readTaggedFields(ByteReader reader, short version) {");
            code.line("int tag = -1;");
            code.line("for (int left = Wire.readTagCount(reader); left > 0; left--) {");
            code.line("tag = Wire.readTag(reader, tag);").line("int size = Wire.readTagSize(reader);");
            code.line("int end = reader.position() + size;").line("switch (tag) {");
            for (var field : tagged) writeTaggedField(field);
            code.line("default -> unknownTaggedFields = Wire.readUnknown(reader, tag, size, unknownTaggedFields);");
            code.line("}").line("Wire.checkTagEnd(reader, tag, end);").line("}");
        }
    }

    private void writeTaggedField(Field field) {
        var versions = layout.tagged(field);
        var read = "%s = %s;".formatted(field.reference(), value(field, versions, "true", "TaggedPresence"));
        var condition = versions.condition(layout.flexible());
        if (condition.equals("true")) {
            code.line("case %d -> %s", field.tag(), read);
            return;
        }
        code.line("case %d -> {", field.tag());
        code.line("if (!(%s)) throw Wire.misplacedTag(tag, version);", condition).line(read).line("}");
    }

    private void writeReadList() {
        var compact = layout.flexible().condition(struct.possible());
        code.line("static List<%s> readList(ByteReader reader, short version, boolean nullable) {", struct.name());
        code.line("int count = Wire.readCount(reader, %s, nullable, %s);", compact,
                StructLayout.elementBytesMin(schema, new FieldType(struct.name(), false), struct.possible()));
        code.line("if (count < 0) return null;");
        code.line("var list = Wire.<%s>newList(count);", struct.name());
        code.line("for (int i = 0; i < count; i++) list.add(new %s(reader, version));", struct.name());
        code.line("return list;").line("}").line("");
    }
}
