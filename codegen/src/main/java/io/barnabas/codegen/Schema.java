package io.barnabas.codegen;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One message as its JSON file tells it.
 *
 * @param source     which jar it came from, such as "clients" or "metadata"
 * @param kind       "request", "response", "header", "data", "metadata", "coordinator-key" or "coordinator-value"
 * @param apiKey     the API's or record type's id, or -1
 * @param valid      versions that it can be read and written in
 * @param offered    of these, the ones that the current release offers
 * @param listeners  for a request: names of the listeners that offer it
 * @param structs    every struct by depth first, the message's own first
 */
record Schema(String source, String kind, String name, int apiKey, Versions valid, Versions flexible,
              Versions offered, List<String> listeners, List<Struct> structs) {

    Struct root() {
        return structs.get(0);
    }

    Struct struct(String name) {
        for (var struct : structs) if (struct.name().equals(name)) return struct;
        throw new IllegalArgumentException("no such struct: message=" + this.name + " struct=" + name);
    }

    boolean isApi() {
        return kind.equals("request") || kind.equals("response");
    }

    /** The Java package below {@code io.barnabas.protocol}. */
    String packageName() {
        return isApi() || kind.equals("header") ? "message" : "record";
    }

    /** Walks from the message down, so that each struct knows the versions it can occur in. */
    static List<Struct> withPossibleVersions(String root, Versions valid, Map<String, List<Field>> structs) {
        var possible = new LinkedHashMap<String, Versions>();
        visit(root, valid, structs, possible, 0);
        var result = new ArrayList<Struct>();
        structs.forEach((name, fields) -> {
            var versions = possible.get(name);
            if (versions != null) result.add(new Struct(name, versions, fields));
        });
        return result;
    }

    private static void visit(String name, Versions versions, Map<String, List<Field>> structs, Map<String, Versions> possible,
            int depth) {
        // A struct inside itself would let a sender choose the depth of our stack.
        if (depth > structs.size()) throw new IllegalArgumentException("struct inside itself: struct=" + name);
        possible.merge(name, versions, Versions::or);
        var fields = structs.get(name);
        if (fields == null) throw new IllegalArgumentException("no such struct: struct=" + name);
        for (var field : fields) {
            var inside = field.versions().and(versions);
            if (field.type().isStruct() && !inside.isEmpty()) visit(field.type().name(), inside, structs, possible, depth + 1);
        }
    }

    /**
     * A struct of a message.
     *
     * @param possible the versions in which it can occur
     */
    record Struct(String name, Versions possible, List<Field> fields) {}

    /**
     * @param name         as in the schema, in camel case
     * @param defaultText  as in the schema, or "" for the type's own default
     * @param tag          number of the tagged field, or -1
     * @param flexible     versions in which its length is in the compact form
     */
    record Field(String name, FieldType type, Versions versions, Versions nullable, Versions tagged, int tag,
                 Versions flexible, boolean ignorable, String defaultText) {
        /** The field as Java inside the generated methods, whose parameters and variables may have its name. */
        String reference() {
            return switch (javaName()) {
                case "reader", "writer", "version", "flexible", "tag", "size", "end", "left", "count", "start", "value",
                        "visitor" -> "this." + javaName();
                default -> javaName();
            };
        }

        String setterName() {
            return "set" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
        }

        String javaName() {
            var plain = Character.toLowerCase(name.charAt(0)) + name.substring(1);
            return switch (plain) {
                case "default", "class", "package", "interface", "switch" -> plain + "Value";
                default -> plain;
            };
        }
    }
}
