package io.barnabas.codegen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the enums that list APIs and record types. */
final class RegistryWriter {
    private RegistryWriter() {}

    static Map<String, String> write(List<Schema> schemas) {
        var sources = new TreeMap<String, String>();
        put(sources, "ApiKey", apiKeys(schemas));
        put(sources, "MetadataRecordType", recordTypes(schemas, "MetadataRecordType", "kafka-metadata", "metadata"));
        put(sources, "GroupRecordType", recordTypes(schemas, "GroupRecordType", "kafka-group-coordinator", "coordinator-value"));
        put(sources, "TransactionRecordType",
                recordTypes(schemas, "TransactionRecordType", "kafka-transaction-coordinator", "coordinator-value"));
        put(sources, "ShareRecordType", recordTypes(schemas, "ShareRecordType", "kafka-share-coordinator", "coordinator-value"));
        return sources;
    }

    /** "ApiVersions" to "API_VERSIONS". */
    static String constantName(String camelCase) {
        return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(java.util.Locale.ROOT);
    }

    private static void put(Map<String, String> sources, String name, String text) {
        sources.put("io/barnabas/protocol/" + name + ".java", text);
    }

    private static String apiKeys(List<Schema> schemas) {
        var requests = new ArrayList<>(schemas.stream().filter(schema -> schema.kind().equals("request")).toList());
        requests.sort(Comparator.comparingInt(Schema::apiKey));
        var code = new Code().line("package io.barnabas.protocol;").line("");
        code.line("/** The APIs, with the versions that this code reads and writes. Makes messages without loading classes before. */");
        code.line("public enum ApiKey {");
        for (int i = 0; i < requests.size(); i++) {
            var request = requests.get(i);
            var flexible = request.flexible().and(request.valid());
            code.line("%s(%d, %d, %d, %d, %d, %s, %b, %b)%s", apiName(request), request.apiKey(), request.valid().lowest(),
                    request.valid().highest(), request.offered().lowest(), request.offered().highest(),
                    flexible.isEmpty() ? "Short.MAX_VALUE" : flexible.lowest(), request.listeners().contains("broker"),
                    request.listeners().contains("controller"), i + 1 < requests.size() ? "," : ";");
        }
        code.line("");
        code.line("private static final ApiKey[] BY_ID = new ApiKey[%d];", requests.get(requests.size() - 1).apiKey() + 1).line("");
        code.line("static {").line("for (var key : values()) BY_ID[key.id] = key;").line("}").line("");
        for (var field : List.of("short id", "short lowestVersion", "short highestVersion", "short lowestOfferedVersion",
                "short highestOfferedVersion", "short firstFlexibleVersion", "boolean onBroker", "boolean onController")) {
            code.line("private final %s;", field);
        }
        code.line("");
        code.line("ApiKey(int id, int lowestVersion, int highestVersion, int lowestOfferedVersion, int highestOfferedVersion,");
        code.line("        int firstFlexibleVersion, boolean onBroker, boolean onController) {");
        for (var field : List.of("id", "lowestVersion", "highestVersion", "lowestOfferedVersion", "highestOfferedVersion",
                "firstFlexibleVersion")) {
            code.line("this.%s = (short) %s;", field, field);
        }
        for (var field : List.of("onBroker", "onController")) code.line("this.%s = %s;", field, field);
        code.line("}").line("");
        code.line("/** The API of this id, or null. */").line("public static ApiKey of(short id) {");
        code.line("return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;").line("}").line("");
        getter(code, "short", "id", null);
        getter(code, "short", "lowestVersion", "Lowest version that this code reads and writes, though it may be offered to nobody.");
        getter(code, "short", "highestVersion", "Highest version that this code reads and writes, perhaps unstable.");
        getter(code, "short", "lowestOfferedVersion", "Lowest version of the current release.");
        getter(code, "short", "highestOfferedVersion", "Highest stable version of the current release.");
        getter(code, "boolean", "onBroker", "Whether listeners for clients and brokers offer it.");
        getter(code, "boolean", "onController", "Whether controller listeners offer it.");
        code.line("/** Whether the highest version may still change, and is not offered. */");
        code.line("public boolean latestVersionUnstable() {").line("return highestVersion > highestOfferedVersion;").line("}").line("");
        code.line("public boolean hasVersion(short version) {").line("return version >= lowestVersion && version <= highestVersion;")
                .line("}").line("");
        code.line("public boolean isFlexible(short version) {").line("return version >= firstFlexibleVersion;").line("}").line("");
        code.line("public short requestHeaderVersion(short version) {").line("return (short) (isFlexible(version) ? 2 : 1);")
                .line("}").line("");
        code.line("/** The answer to ApiVersions keeps the oldest header, so that a client can read it before it knows the versions. */");
        code.line("public short responseHeaderVersion(short version) {");
        code.line("return (short) (this != API_VERSIONS && isFlexible(version) ? 1 : 0);").line("}").line("");
        for (var kind : List.of("Request", "Response")) {
            code.line("public ApiMessage new%s() {", kind).line("return switch (id) {");
            for (var request : requests) {
                code.line("case %d -> new io.barnabas.protocol.message.%s%s();", request.apiKey(),
                        request.name().replaceFirst("Request$", ""), kind);
            }
            code.line("default -> throw new AssertionError(this);").line("};").line("}").line("");
        }
        return end(code);
    }

    private static String apiName(Schema request) {
        return constantName(request.name().replaceFirst("Request$", ""));
    }

    private static void getter(Code code, String type, String name, String doc) {
        if (doc != null) code.line("/** %s */", doc);
        code.line("public %s %s() {", type, name).line("return %s;", name).line("}").line("");
    }

    private static String recordTypes(List<Schema> schemas, String enumName, String source, String kind) {
        boolean isCoordinator = kind.equals("coordinator-value");
        var records = new ArrayList<Schema>();
        for (var schema : schemas) if (schema.source().equals(source) && schema.kind().equals(kind)) records.add(schema);
        records.sort(Comparator.comparingInt(Schema::apiKey));
        var code = new Code().line("package io.barnabas.protocol;").line("");
        code.line("/** Record types of %s, with the versions that this code reads and writes. */", source);
        code.line("public enum %s%s {", enumName, isCoordinator ? " implements CoordinatorRecordType" : "");
        for (int i = 0; i < records.size(); i++) {
            var record = records.get(i);
            code.line("%s(%d, %d, %d)%s", constantName(record.name().replaceFirst("(Record|Value)$", "")), record.apiKey(),
                    record.valid().lowest(), record.valid().highest(), i + 1 < records.size() ? "," : ";");
        }
        code.line("");
        code.line("private static final %s[] BY_ID = new %s[%d];", enumName, enumName, records.get(records.size() - 1).apiKey() + 1).line("");
        code.line("static {").line("for (var type : values()) BY_ID[type.id] = type;").line("}").line("");
        for (var field : List.of("id", "lowestVersion", "highestVersion")) code.line("private final short %s;", field);
        code.line("").line("%s(int id, int lowestVersion, int highestVersion) {", enumName);
        for (var field : List.of("id", "lowestVersion", "highestVersion")) code.line("this.%s = (short) %s;", field, field);
        code.line("}").line("");
        code.line("/** The type of this id, or null. */").line("public static %s of(int id) {", enumName);
        code.line("return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;").line("}").line("");
        for (var name : List.of("id", "lowestVersion", "highestVersion")) {
            if (isCoordinator) code.line("@Override");
            getter(code, "short", name, null);
        }
        if (isCoordinator) {
            newMessage(code, "newKey", records, true);
            newMessage(code, "newValue", records, false);
        } else {
            newMessage(code, "newRecord", records, false);
        }
        return end(code);
    }

    private static void newMessage(Code code, String method, List<Schema> records, boolean asKey) {
        if (!method.equals("newRecord")) code.line("@Override");
        code.line("public Message %s() {", method).line("return switch (id) {");
        for (var record : records) {
            var name = asKey ? record.name().replaceFirst("Value$", "Key") : record.name();
            code.line("case %d -> new io.barnabas.protocol.record.%s();", record.apiKey(), name);
        }
        code.line("default -> throw new AssertionError(this);").line("};").line("}").line("");
    }

    private static String end(Code code) {
        return code.line("}").toString().replaceAll("\n\n( *})", "\n$1");
    }
}
