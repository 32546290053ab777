package io.barnabas.codegen;

import io.barnabas.codegen.Schema.Struct;

/** Writes the Java source of one message: the class, its nested structs, fields and accessors. */
final class MessageWriter {
    private final Schema schema;
    private final Code code = new Code();

    MessageWriter(Schema schema) {
        this.schema = schema;
    }

    String write() {
        code.line("package io.barnabas.protocol.%s;", schema.packageName()).line("");
        for (var type : new String[] {"ByteReader", "ByteWriter", "Payload", "Uuid"}) {
            code.line("import io.barnabas.base.%s;", type);
        }
        if (schema.isApi()) code.line("import io.barnabas.protocol.ApiKey;").line("import io.barnabas.protocol.ApiMessage;");
        for (var type : new String[] {"FieldVisitor", "Struct", "TaggedField", "Wire"}) {
            code.line("import io.barnabas.protocol.%s;", type);
        }
        code.line("import java.nio.ByteBuffer;").line("import java.util.ArrayList;").line("import java.util.List;").line("");
        writeStruct(schema.root());
        return withoutUnusedImports(code.withoutBlankEnds());
    }

    private void writeStruct(Struct struct) {
        boolean isRoot = struct == schema.root();
        var layout = new StructLayout(schema, struct);
        code.line("/** %s */", describe(struct, isRoot));
        code.line("public %sfinal class %s extends Struct%s {", isRoot ? "" : "static ", struct.name(),
                isRoot && schema.isApi() ? " implements ApiMessage" : "");
        if (isRoot) {
            code.line("public static final short LOWEST_VERSION = %d;", schema.valid().lowest());
            code.line("public static final short HIGHEST_VERSION = %d;", schema.valid().highest()).line("");
        }
        for (var field : struct.fields()) code.line("private %s %s;", field.type().java(), field.javaName());
        code.line("private List<TaggedField> unknownTaggedFields;").line("");
        writeConstructors(struct);
        if (isRoot && schema.isApi()) writeApiKey();
        new ReadWriter(schema, struct, layout, code).write();
        new WriteWriter(schema, struct, layout, code).write();
        writeVisit(struct);
        writeAccessors(struct);
        if (isRoot) for (var nested : schema.structs()) if (nested != struct) writeStruct(nested);
        code.line("}").line("");
    }

    private String describe(Struct struct, boolean isRoot) {
        if (!isRoot) return "Part of {@link %s}, versions %s.".formatted(schema.name(), struct.possible());
        var what = switch (schema.kind()) {
            case "request" -> "Request of API " + schema.apiKey();
            case "response" -> "Response of API " + schema.apiKey();
            case "header" -> "Header before a message";
            case "metadata" -> "Record of type " + schema.apiKey();
            case "coordinator-key" -> "Key of a coordinator's record of type " + schema.apiKey();
            case "coordinator-value" -> "Value of a coordinator's record of type " + schema.apiKey();
            default -> "Data";
        };
        return "%s, versions %s, flexible versions %s.".formatted(what, schema.valid(), schema.flexible().and(schema.valid()));
    }

    private void writeConstructors(Struct struct) {
        code.line("public %s() {", struct.name());
        for (var field : struct.fields()) {
            var value = Defaults.literal(field);
            if (!value.equals(Defaults.ofJava(field.type()))) code.line("%s = %s;", field.reference(), value);
        }
        code.line("}").line("");
        code.line("public %s(ByteReader reader, short version) {", struct.name());
        code.line("read(reader, version);").line("}").line("");
    }

    private void writeApiKey() {
        code.line("@Override").line("public ApiKey apiKey() {");
        code.line("return ApiKey.%s;", RegistryWriter.apiName(schema));
        code.line("}").line("");
    }

    private void writeVisit(Struct struct) {
        code.line("@Override").line("protected void visit(FieldVisitor visitor) {");
        for (var field : struct.fields()) code.line("visitor.field(\"%s\", %s);", field.javaName(), field.reference());
        code.line("visitor.field(\"unknownTaggedFields\", unknownTaggedFields);");
        code.line("}").line("");
    }

    private void writeAccessors(Struct struct) {
        for (var field : struct.fields()) {
            code.line("/** %s */", describe(field, struct));
            code.line("public %s %s() {", field.type().java(), field.javaName());
            code.line("return %s;", field.javaName()).line("}").line("");
            code.line("public %s %s(%s value) {", struct.name(), field.setterName(), field.type().java());
            code.line("%s = value;", field.reference()).line("return this;").line("}").line("");
        }
        code.line("/** Tagged fields that this class does not know, by tag; null when there are none. */");
        code.line("public List<TaggedField> unknownTaggedFields() {").line("return unknownTaggedFields;").line("}").line("");
        code.line("public %s setUnknownTaggedFields(List<TaggedField> value) {", struct.name());
        code.line("unknownTaggedFields = value;").line("return this;").line("}").line("");
    }

    private static String describe(Schema.Field field, Struct struct) {
        var text = new StringBuilder(field.type().toString());
        if (!field.versions().containsAll(struct.possible())) text.append(", versions ").append(field.versions());
        if (!field.nullable().isEmpty()) {
            text.append(", nullable");
            if (!field.nullable().containsAll(field.versions())) text.append(" in ").append(field.nullable());
        }
        if (field.tag() >= 0) {
            text.append(", tag ").append(field.tag());
            if (!field.tagged().containsAll(field.versions())) text.append(" in ").append(field.tagged());
        }
        if (!field.defaultText().isEmpty()) text.append(", default ").append(field.defaultText());
        return text.append('.').toString();
    }

    private static String withoutUnusedImports(String source) {
        var kept = new StringBuilder();
        for (var line : source.split("\n", -1)) {
            if (line.startsWith("import ")) {
                var name = line.substring(line.lastIndexOf('.') + 1, line.length() - 1);
                if (!source.replace(line, "").matches("(?s).*\\b" + name + "\\b.*")) continue;
            }
            kept.append(line).append('\n');
        }
        return kept.toString().stripTrailing() + "\n";
    }
}
