package io.barnabas.codegen;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.barnabas.codegen.Schema.Field;
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
        boolean latestIsUnstable = root.path("latestVersionUnstable").asBoolean(false);
        var offered = latestIsUnstable ? valid.minus(Versions.of(valid.highest())) : valid;
        return new Schema(source, root.get("type").asText(), name, root.path("apiKey").asInt(-1), valid, flexible, offered,
                listeners, Schema.withPossibleVersions(name, valid, structs));
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
                defaultText(node.path("default")));
    }

    /** The text "null" means null; null itself, as some schemas have it, means no default. */
    private static String defaultText(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? "" : value.asText();
    }

    private static Versions versions(JsonNode node, String key, Versions otherwise) {
        return node.has(key) ? Versions.parse(node.get(key).asText()) : otherwise;
    }

    private static Iterable<JsonNode> children(JsonNode node, String key) {
        return node.has(key) ? node.get(key) : List.of();
    }
}
