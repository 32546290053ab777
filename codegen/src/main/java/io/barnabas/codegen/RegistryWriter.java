package io.barnabas.codegen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes the enums that list APIs and record types. Each finds its constant by id and makes messages by a switch. */
final class RegistryWriter {
    private final Code code = new Code();
    private final String enumName;
    private final List<Schema> schemas;

    /** @param schemas one per constant */
    private RegistryWriter(String enumName, List<Schema> schemas) {
        this.enumName = enumName;
        this.schemas = new ArrayList<>(schemas);
        this.schemas.sort(Comparator.comparingInt(Schema::apiKey));
    }

    static Map<String, String> write(List<Schema> schemas) {
        var sources = new TreeMap<String, String>();
        var requests = new RegistryWriter("ApiKey", schemas.stream().filter(schema -> schema.kind().equals("request")).toList());
        sources.put(path("ApiKey"), requests.apiKeys());
        put(sources, schemas, "MetadataRecordType", "kafka-metadata", "metadata");
        put(sources, schemas, "GroupRecordType", "kafka-group-coordinator", "coordinator-value");
        put(sources, schemas, "TransactionRecordType", "kafka-transaction-coordinator", "coordinator-value");
        put(sources, schemas, "ShareRecordType", "kafka-share-coordinator", "coordinator-value");
        return sources;
    }

    private static void put(Map<String, String> sources, List<Schema> schemas, String enumName, String source, String kind) {
        var records = schemas.stream().filter(schema -> schema.source().equals(source) && schema.kind().equals(kind)).toList();
        sources.put(path(enumName), new RegistryWriter(enumName, records).recordTypes(kind.equals("coordinator-value")));
    }

    private static String path(String enumName) {
        return "io/barnabas/protocol/" + enumName + ".java";
    }

    /** "ApiVersions" to "API_VERSIONS". */
    static String constantName(String camelCase) {
        return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }

    static String apiName(Schema message) {
        return constantName(message.name().replaceFirst("(Request|Response)$", ""));
    }

    private String apiKeys() {
        begin("The APIs, with the versions that this code reads and writes. No message's class is loaded before one is made.", "");
        for (int i = 0; i < schemas.size(); i++) {
            var request = schemas.get(i);
            var flexible = request.flexible().and(request.valid());
            code.line("%s(%d, %d, %d, %d, %d, %s, %b, %b)%s", apiName(request), request.apiKey(), request.valid().lowest(),
                    request.valid().highest(), request.offered().lowest(), request.offered().highest(),
                    flexible.isEmpty() ? "Short.MAX_VALUE" : flexible.lowest(), request.listeners().contains("broker"),
                    request.listeners().contains("controller"), ending(i));
        }
        byId("short id");
        fields(List.of("id", "lowestVersion", "highestVersion", "lowestOfferedVersion", "highestOfferedVersion",
                "firstFlexibleVersion"), List.of("onBroker", "onController"));
        getter("short", "id", null);
        getter("short", "lowestVersion", "Lowest version that this code reads and writes, though it may be offered to nobody.");
        getter("short", "highestVersion", "Highest version that this code reads and writes, perhaps unstable.");
        getter("short", "lowestOfferedVersion", "Lowest version of the current release.");
        getter("short", "highestOfferedVersion", "Highest stable version of the current release.");
        getter("boolean", "onBroker", "Whether listeners for clients and brokers offer it.");
        getter("boolean", "onController", "Whether controller listeners offer it.");
        method("boolean latestVersionUnstable()", "highestVersion > highestOfferedVersion",
                "Whether the highest version may still change, and is not offered.");
        method("boolean hasVersion(short version)", "version >= lowestVersion && version <= highestVersion", null);
        method("boolean isFlexible(short version)", "version >= firstFlexibleVersion",
                "Whether lengths are compact and structs end with tagged fields.");
        method("short requestHeaderVersion(short version)", "(short) (isFlexible(version) ? 2 : 1)", null);
        method("short responseHeaderVersion(short version)", "(short) (this != API_VERSIONS && isFlexible(version) ? 1 : 0)",
                "The answer to ApiVersions keeps the oldest header, so that a client can read it before it knows the versions.");
        makers("ApiMessage newRequest()", "message", "Request", "Request", false);
        makers("ApiMessage newResponse()", "message", "Request", "Response", false);
        return end();
    }

    private String recordTypes(boolean isCoordinator) {
        begin("Record types of " + schemas.get(0).source() + ", with the versions that this code reads and writes.",
                isCoordinator ? " implements CoordinatorRecordType" : "");
        for (int i = 0; i < schemas.size(); i++) {
            var record = schemas.get(i);
            code.line("%s(%d, %d, %d)%s", constantName(record.name().replaceFirst("(Record|Value)$", "")), record.apiKey(),
                    record.valid().lowest(), record.valid().highest(), ending(i));
        }
        byId("int id");
        fields(List.of("id", "lowestVersion", "highestVersion"), List.of());
        for (var name : List.of("id", "lowestVersion", "highestVersion")) {
            if (isCoordinator) code.line("@Override");
            getter("short", name, null);
        }
        if (isCoordinator) {
            makers("Message newKey()", "record", "Value", "Key", true);
            makers("Message newValue()", "record", "Value", "Value", true);
        } else {
            makers("Message newRecord()", "record", "", "", false);
        }
        return end();
    }

    private void begin(String doc, String parents) {
        code.line("package io.barnabas.protocol;").line("");
        code.line("/** %s */", doc).line("public enum %s%s {", enumName, parents);
    }

    private String ending(int index) {
        return index + 1 < schemas.size() ? "," : ";";
    }

    private void byId(String parameter) {
        int idMax = schemas.get(schemas.size() - 1).apiKey();
        code.line("").line("private static final %s[] BY_ID = new %s[%d];", enumName, enumName, idMax + 1).line("");
        code.line("static {").line("for (var each : values()) BY_ID[each.id] = each;").line("}").line("");
        code.line("/** The one of this id, or null. */").line("public static %s of(%s) {", enumName, parameter);
        code.line("return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;").line("}").line("");
    }

    /** Declares the fields and the constructor that sets them in this order. */
    private void fields(List<String> numbers, List<String> flags) {
        for (var name : numbers) code.line("private final short %s;", name);
        for (var name : flags) code.line("private final boolean %s;", name);
        var parameters = new ArrayList<String>();
        for (var name : numbers) parameters.add("int " + name);
        for (var name : flags) parameters.add("boolean " + name);
        code.line("").line("%s(%s) {", enumName, String.join(", ", parameters).replace(", int firstFlexible", ",\n            int firstFlexible"));
        for (var name : numbers) code.line("this.%s = (short) %s;", name, name);
        for (var name : flags) code.line("this.%s = %s;", name, name);
        code.line("}").line("");
    }

    private void getter(String type, String name, String doc) {
        method(type + " " + name + "()", name, doc);
    }

    private void method(String signature, String result, String doc) {
        if (doc != null) code.line("/** %s */", doc);
        code.line("public %s {", signature).line("return %s;", result).line("}").line("");
    }

    private void makers(String signature, String packageName, String ending, String newEnding, boolean isOverride) {
        if (isOverride) code.line("@Override");
        // A return in each case: newer compilers type the value of a switch expression so that the verifier loads every class.
        code.line("public %s {", signature).line("switch (id) {");
        for (var schema : schemas) {
            var name = schema.name().substring(0, schema.name().length() - ending.length()) + newEnding;
            code.line("case %d: return new io.barnabas.protocol.%s.%s();", schema.apiKey(), packageName, name);
        }
        code.line("default: throw new AssertionError(this);").line("}").line("}").line("");
    }

    private String end() {
        return code.line("}").withoutBlankEnds();
    }
}
