package io.barnabas.codegen;

import io.barnabas.codegen.Schema.Field;
import io.barnabas.codegen.Schema.Struct;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes what schemas say as a table in Java, for a reader that walks over it and tells a record field by field: far less code
 * than a class per message, and no field of a message's class has to be known. Arguments: the folder with one sub-folder of
 * schemas per jar, the source folder to write, and the full name of the class.
 */
public final class SchemaTable {
    private final Code code = new Code();
    private final List<Schema> schemas;

    private SchemaTable(List<Schema> schemas) {
        this.schemas = new ArrayList<>(schemas);
        this.schemas.sort(Comparator.comparing(Schema::name));
    }

    public static void main(String[] arguments) throws IOException {
        var schemas = Generator.parse(Path.of(arguments[0]));
        int dot = arguments[2].lastIndexOf('.');
        var file = Path.of(arguments[1]).resolve(arguments[2].replace('.', '/') + ".java");
        Generator.writeIfChanged(file, new SchemaTable(schemas).write(arguments[2].substring(0, dot), arguments[2].substring(dot + 1)));
    }

    private String write(String packageName, String className) {
        code.line("package %s;", packageName).line("");
        code.line("/** The schemas of records, each made when it is asked for; sets of versions have a bit for each. */");
        code.line("final class %s {", className).line("private %s() {}", className).line("");
        for (var list : lists().entrySet()) writeList(list.getKey(), list.getValue());
        for (var schema : schemas) writeSchema(schema);
        return code.line("}").withoutBlankEnds();
    }

    /** Schemas that are found by a number: those of one jar and of one kind. */
    private Map<String, List<Schema>> lists() {
        var lists = new TreeMap<String, List<Schema>>();
        for (var schema : schemas) {
            if (schema.apiKey() >= 0 && !schema.isApi()) lists.computeIfAbsent(listName(schema), name -> new ArrayList<>()).add(schema);
        }
        return lists;
    }

    /** "kafka-group-coordinator" and "coordinator-key" to "groupKey". */
    private static String listName(Schema schema) {
        var jar = schema.source().replace("kafka-", "").replace("-coordinator", "");
        return jar + (schema.kind().endsWith("-key") ? "Key" : schema.kind().endsWith("-value") ? "Value" : "");
    }

    private void writeList(String name, List<Schema> listed) {
        listed.sort(Comparator.comparingInt(Schema::apiKey));
        code.line("/** @return null if there is none of this number */").line("static RecordSchema %s(int id) {", name).line("switch (id) {");
        for (var schema : listed) code.line("case %d: return %s();", schema.apiKey(), methodName(schema));
        code.line("default: return null;").line("}").line("}").line("");
    }

    private static String methodName(Schema schema) {
        return Character.toLowerCase(schema.name().charAt(0)) + schema.name().substring(1);
    }

    private void writeSchema(Schema schema) {
        code.line("static RecordSchema %s() {", methodName(schema));
        code.line("return RecordSchema.of(\"%s\", %s, %s%s);", schema.name(), bits(schema.valid()), bits(schema.flexible()),
                fields(schema, schema.root(), 1));
        code.line("}").line("");
    }

    private static String fields(Schema schema, Struct struct, int depth) {
        var text = new StringBuilder();
        for (var field : struct.fields()) {
            // One whose versions the struct never has says nothing.
            if (field.versions().and(struct.possible()).isEmpty()) continue;
            text.append(",\n").append("    ".repeat(depth + 3)).append(field(schema, field, depth));
        }
        return text.toString();
    }

    private static String field(Schema schema, Field field, int depth) {
        var type = field.type();
        var name = Character.toLowerCase(field.name().charAt(0)) + field.name().substring(1);
        return "RecordSchema.field(\"%s\", \"%s\", %b, %s, %s, %s, %d, %s, \"%s\"%s)".formatted(name,
                type.isStruct() ? "struct" : type.name(), type.isArray(),
                bits(field.versions()), bits(field.nullable()), bits(field.tagged()), field.tag(), bits(field.flexible()), field.defaultText(),
                type.isStruct() ? fields(schema, schema.struct(type.name()), depth + 1) : "");
    }

    private static String bits(Versions versions) {
        return "0x" + Long.toHexString(versions.bits()) + "L";
    }
}
