package io.barnabas.codegen;

import io.barnabas.codegen.Schema.Field;
import io.barnabas.codegen.Schema.Struct;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Where each field of a struct stands, version by version. */
final class StructLayout {
    private final Schema schema;
    private final Struct struct;

    StructLayout(Schema schema, Struct struct) {
        this.schema = schema;
        this.struct = struct;
    }

    /** Versions in which the struct ends with tagged fields. */
    Versions flexible() {
        return schema.flexible().and(struct.possible());
    }

    /** Versions in which the field stands in its place. */
    Versions plain(Field field) {
        return present(field).minus(field.tagged());
    }

    Versions present(Field field) {
        return field.versions().and(struct.possible());
    }

    Versions absent(Field field) {
        return struct.possible().minus(field.versions());
    }

    Versions tagged(Field field) {
        return present(field).and(field.tagged()).and(schema.flexible());
    }

    /** The fields that are tagged in some version, by tag. */
    List<Field> taggedFields() {
        var fields = new ArrayList<Field>();
        for (var field : struct.fields()) if (!tagged(field).isEmpty()) fields.add(field);
        fields.sort(Comparator.comparingInt(Field::tag));
        return fields;
    }

    /** Whether lengths of the field's value are compact: "true", "false" or a condition on the version. */
    String compact(Field field, Versions possible) {
        if (field.flexible().containsAll(possible)) return "true";
        if (field.flexible().and(possible).isEmpty()) return "false";
        return field.flexible().equals(schema.flexible()) ? "flexible" : field.flexible().condition(possible);
    }

    /** Java for the fewest bytes that an element of the array takes, in the field's versions {@code possible}. */
    static String elementBytesMin(Schema schema, FieldType element, Versions possible) {
        return byVersion(possible, version -> Math.max(1, bytesMin(schema, element, version, false)));
    }

    /** Java for a number that depends on the version. */
    private static String byVersion(Versions possible, IntUnaryOperator number) {
        var text = new StringBuilder();
        int from = possible.highest();
        while (from >= 0) {
            int value = number.applyAsInt(from);
            int first = from;
            while (first > possible.lowest() && (!possible.contains(first - 1) || number.applyAsInt(first - 1) == value)) first--;
            if (first == possible.lowest()) return text.append(value).toString();
            text.append("version >= ").append(first).append(" ? ").append(value).append(" : ");
            from = first - 1;
        }
        throw new IllegalArgumentException("no versions");
    }

    private static int bytesMin(Schema schema, FieldType type, int version, boolean nullable) {
        boolean flexible = schema.flexible().contains(version);
        if (type.isArray()) return flexible ? 1 : 4;
        if (!type.isStruct()) return type.bytesMin(flexible);
        if (nullable) return 1;
        int sum = flexible ? 1 : 0;
        for (var field : schema.struct(type.name()).fields()) {
            if (!field.versions().contains(version) || field.tagged().contains(version)) continue;
            sum += bytesMin(schema, field.type(), version, field.nullable().contains(version));
        }
        return sum;
    }
}
