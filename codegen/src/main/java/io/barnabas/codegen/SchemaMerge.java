package io.barnabas.codegen;

import io.barnabas.codegen.Schema.Field;
import io.barnabas.codegen.Schema.Struct;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds to the schema of the current release the versions that only an older release has. In a version that both have,
 * the current schema alone counts, names included; the older one tells what the dropped versions looked like.
 */
final class SchemaMerge {
    private final Schema current;
    private final Schema older;
    private final Versions dropped;
    private final Map<String, List<Field>> structs = new LinkedHashMap<>();

    private SchemaMerge(Schema current, Schema older) {
        this.current = current;
        this.older = older;
        this.dropped = older.valid().minus(current.valid());
        for (var struct : current.structs()) structs.put(struct.name(), struct.fields());
    }

    static Schema merge(Schema current, Schema older) {
        var merge = new SchemaMerge(current, older);
        return merge.dropped.isEmpty() ? current : merge.merged();
    }

    private Schema merged() {
        mergeStruct(current.root(), older.root());
        var valid = current.valid().or(older.valid());
        return new Schema(current.source(), current.kind(), current.name(), current.apiKey(), valid,
                merged(current.flexible(), older.flexible()), current.offered(), current.listeners(),
                Schema.withPossibleVersions(current.name(), valid, structs));
    }

    private void mergeStruct(Struct target, Struct source) {
        var fields = new ArrayList<Field>();
        for (var field : target.fields()) fields.add(merged(field, Versions.NONE, Versions.NONE, Versions.NONE, field.flexible()));
        int next = 0;
        for (var field : source.fields()) {
            int index = indexOf(fields, field.name());
            if (index >= 0) {
                fields.set(index, merged(target.fields().get(indexOf(target.fields(), field.name())), field.versions(),
                        field.nullable(), field.tagged(), field.flexible()));
                next = index + 1;
                mergeType(fields.get(index), field);
            } else if (!field.versions().and(dropped).isEmpty()) {
                if (field.type().isStruct()) throw refused(field, "a dropped struct");
                fields.add(next++, new Field(field.name(), field.type(), field.versions().and(dropped), field.nullable(),
                        field.tagged(), field.tag(), merged(current.flexible(), older.flexible()), field.ignorable(),
                        field.defaultText()));
            }
        }
        structs.put(target.name(), fields);
    }

    private void mergeType(Field field, Field old) {
        boolean isSame = field.type().isStruct() && old.type().isStruct() && field.type().isArray() == old.type().isArray();
        if (isSame) mergeStruct(current.struct(field.type().name()), older.struct(old.type().name()));
        else if (!field.type().equals(old.type())) throw refused(old, "a field that changed its type");
    }

    private Field merged(Field field, Versions oldVersions, Versions oldNullable, Versions oldTagged, Versions oldFlexible) {
        return new Field(field.name(), field.type(), merged(field.versions(), oldVersions), merged(field.nullable(), oldNullable),
                merged(field.tagged(), oldTagged), field.tag(), merged(field.flexible(), oldFlexible), field.ignorable(),
                field.defaultText());
    }

    private Versions merged(Versions now, Versions old) {
        return now.minus(dropped).or(old.and(dropped));
    }

    private IllegalArgumentException refused(Field field, String what) {
        return new IllegalArgumentException("cannot merge %s: message=%s field=%s".formatted(what, older.name(), field.name()));
    }

    private static int indexOf(List<Field> fields, String name) {
        for (int i = 0; i < fields.size(); i++) if (fields.get(i).name().equals(name)) return i;
        return -1;
    }
}
