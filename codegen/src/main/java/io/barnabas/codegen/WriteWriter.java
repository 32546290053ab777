package io.barnabas.codegen;

import io.barnabas.codegen.Schema.Field;
import io.barnabas.codegen.Schema.Struct;
import java.util.ArrayList;

/** Writes the method {@code write} of a struct, and {@code writeList} and {@code hasOnlyDefaults} where they are needed. */
final class WriteWriter {
    private final Schema schema;
    private final Struct struct;
    private final StructLayout layout;
    private final Code code;

    WriteWriter(Schema schema, Struct struct, StructLayout layout, Code code) {
        this.schema = schema;
        this.struct = struct;
        this.layout = layout;
        this.code = code;
    }

    void write() {
        code.line("@Override").line("public void write(ByteWriter writer, short version) {");
        if (struct == schema.root()) {
            code.line("if (version < LOWEST_VERSION || version > HIGHEST_VERSION) throw Wire.unwritable(\"%s\", version);",
                    schema.name());
        }
        ReadWriter.writeFlexible(code, layout.flexible(), struct.possible());
        for (var field : struct.fields()) writeField(field);
        writeTaggedFields();
        code.line("}").line("");
        if (ReadWriter.isElement(schema, struct)) writeWriteList();
        if (isComparedWithDefault()) writeIsDefault();
    }

    private void writeField(Field field) {
        var plain = layout.plain(field);
        var absent = layout.absent(field);
        if (!plain.isEmpty()) {
            var condition = plain.condition(struct.possible());
            var statement = statement(field, plain, layout.compact(field, plain), "Presence");
            if (condition.equals("true")) code.line(statement);
            else if (!statement.startsWith("if ")) code.line("if (%s) %s", condition, statement);
            else code.line("if (%s) {", condition).line(statement).line("}");
        }
        if (field.ignorable() || absent.isEmpty()) return;
        // Right after an "if" for the plain versions the rest is an "else".
        var condition = absent.condition(struct.possible().minus(plain));
        var isSet = Defaults.isSet(field);
        code.line("%sif (%s) throw Wire.unsupported(\"%s.%s\", version);", plain.isEmpty() ? "" : "else ",
                condition.equals("true") ? isSet : condition + " && " + isSet, struct.name(), field.javaName());
    }

    /** The statement that writes the field, in versions {@code versions}. */
    private String statement(Field field, Versions versions, String compact, String presence) {
        var type = field.type();
        var name = field.reference();
        var nullable = field.nullable().condition(versions);
        if (type.isArray()) {
            return type.isStruct() ? "%s.writeList(writer, version, %s, %s);".formatted(type.name(), name, nullable)
                    : "Wire.write%sList(writer, %s, %s, %s);".formatted(type.sizedName(), name, compact, nullable);
        }
        if (type.isStruct()) {
            return switch (nullable) {
                case "false" -> "%s.write(writer, version);".formatted(name);
                case "true" -> "if (Wire.write%s(writer, %s)) %s.write(writer, version);".formatted(presence, name, name);
                default -> "if (!(%s) || Wire.write%s(writer, %s)) %s.write(writer, version);".formatted(nullable, presence, name, name);
            };
        }
        if (type.name().equals("uint16")) return "Wire.writeUnsignedShort(writer, %s);".formatted(name);
        return type.fixedName() != null ? "writer.write%s(%s);".formatted(type.fixedName(), name)
                : "Wire.write%s(writer, %s, %s, %s);".formatted(type.sizedName(), name, compact, nullable);
    }

    private void writeTaggedFields() {
        var flexible = layout.flexible().condition(struct.possible());
        var tagged = layout.taggedFields();
        if (flexible.equals("false")) {
            code.line("Wire.refuseUnknown(unknownTaggedFields, version);");
        } else if (tagged.isEmpty()) {
            var unknown = "Wire.writeUnknownTaggedFields(writer, unknownTaggedFields);";
            if (flexible.equals("true")) code.line(unknown);
            else code.line("if (flexible) %s", unknown).line("else Wire.refuseUnknown(unknownTaggedFields, version);");
        } else {
            code.line("%swriteTaggedFields(writer, version);", flexible.equals("true") ? "" : "if (flexible) ");
            if (!flexible.equals("true")) code.line("else Wire.refuseUnknown(unknownTaggedFields, version);");
            code.line("}").line("").line("private void writeTaggedFields(ByteWriter writer, short version) {");
            code.line("int count = Wire.count(unknownTaggedFields);");
            for (var field : tagged) code.line("if (%s) count++;", isWritten(field));
            code.line("writer.writeUnsignedVarint(count);");
            for (var field : tagged) writeTaggedField(field);
            code.line("Wire.writeUnknown(writer, unknownTaggedFields, %d);", tagged.get(tagged.size() - 1).tag() + 1);
        }
    }

    private void writeTaggedField(Field field) {
        // The size before a tagged field is patched in later, and a payload's bytes are not there to count.
        if (field.type().name().equals("records")) throw new IllegalArgumentException("records in a tagged field: " + field.name());
        code.line("if (%s) {", isWritten(field));
        code.line("writer.writeUnsignedVarint(%d);", field.tag()).line("int start = writer.beginSized();");
        code.line(statement(field, layout.tagged(field), "true", "TaggedPresence"));
        code.line("writer.endSized(start);").line("}");
    }

    private String isWritten(Field field) {
        var condition = layout.tagged(field).condition(layout.flexible());
        return condition.equals("true") ? Defaults.isSet(field) : condition + " && " + Defaults.isSet(field);
    }

    private void writeWriteList() {
        var compact = layout.flexible().condition(struct.possible());
        code.line("static void writeList(ByteWriter writer, short version, List<%s> list, boolean nullable) {", struct.name());
        code.line("int count = Wire.writeCount(writer, list, %s, nullable);", compact);
        code.line("for (int i = 0; i < count; i++) list.get(i).write(writer, version);");
        code.line("}").line("");
    }

    /** Whether some field of this struct type is left out when it has its default. */
    private boolean isComparedWithDefault() {
        for (var owner : schema.structs()) {
            for (var field : owner.fields()) {
                if (field.type().equals(new FieldType(struct.name(), false)) && !field.defaultText().equals("null")) return true;
            }
        }
        return false;
    }

    private void writeIsDefault() {
        var conditions = new ArrayList<String>();
        for (var field : struct.fields()) conditions.add(Defaults.isDefault(field));
        conditions.add("unknownTaggedFields == null");
        code.line("boolean hasOnlyDefaults() {").line("return " + String.join("\n                && ", conditions) + ";").line("}").line("");
    }
}
