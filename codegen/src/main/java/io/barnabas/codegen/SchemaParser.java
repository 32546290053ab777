package io.barnabas.codegen;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.barnabas.codegen.Schema.Field;
import io.barnabas.codegen.Schema.Struct;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads Apache Kafka's JSON message schemas. */
final class SchemaParser {
    private final JsonMapper json = JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    /** @param source name of the jar the file came from */
    Schema parse(Path file, String source) throws IOException {
        var root = json.readTree(Files.readAllBytes(file));
        var name = root.get("name").asText();
        var valid = versions(root, "validVersions", Versions.NONE);
        var flexible = versions(root, "flexibleVersions", Versions.NONE);
        var structs = new LinkedHashMap<String, List<Field>>();
        readStruct(name, root, flexible, structs);
        for (var common : children(root, "commonStructs")) readStruct(common.get("name").asText(), common, flexible, structs);
        var listeners = new ArrayList<String>();
        for (var listener : children(root, "listeners")) listeners.add(listener.asText());
        return new Schema(source, root.get("type").asText(), name, root.path("apiKey").asInt(-1), valid, flexible, listeners,
                root.path("latestVersionUnstable").asBoolean(false), withPossibleVersions(name, valid, structs));
    }

    private void readStruct(String name, JsonNode node, Versions flexible, Map<String, List<Field>> structs) {
        var fields = new ArrayList<Field>();
        if (structs.put(name, fields) != null) throw new IllegalArgumentException("two structs of one name: " + name);
        for (var child : children(node, "fields")) {
            var field = field(child, flexible);
            fields.add(field);
            if (child.has("fields")) readStruct(field.type().name(), child, flexible, structs);
        }
    }

    private static Field field(JsonNode node, Versions messageFlexible) {
        var tagged = versions(node, "taggedVersions", Versions.NONE);
        var versions = versions(node, "versions", tagged);
        return new Field(node.get("name").asText(), FieldType.parse(node.get("type").asText()), versions,
                versions(node, "nullableVersions", Versions.NONE), tagged, node.path("tag").asInt(-1),
                versions(node, "flexibleVersions", messageFlexible), node.path("ignorable").asBoolean(false),
                node.path("default").isNull() ? "null" : node.path("default").asText(""));
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

    private static Versions versions(JsonNode node, String key, Versions otherwise) {
        return node.has(key) ? Versions.parse(node.get(key).asText()) : otherwise;
    }

    private static Iterable<JsonNode> children(JsonNode node, String key) {
        return node.has(key) ? node.get(key) : List.of();
    }
}
