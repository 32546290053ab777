package io.barnabas.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1000);

    @TempDir
    Path folder;
    private Path schemas;
    private Path sources;

    @BeforeEach
    void schemas() throws IOException {
        schemas = folder.resolve("schemas");
        sources = folder.resolve("sources");
        message("kafka-clients", "PingRequest", "request", 3, "2-3", "3+", """
                { "name": "Text", "type": "string", "versions": "0+", "nullableVersions": "3+" }""");
        message("kafka-clients", "PingResponse", "response", 3, "2-3", "3+", "");
        message("kafka-clients-old", "PingRequest", "request", 3, "0-2", "3+", """
                { "name": "Gone", "type": "int32", "versions": "0-1", "default": "-1" },
                { "name": "Text", "type": "string", "versions": "1+" }""");
        message("kafka-clients", "DeadRequest", "request", 4, "none", "none", "");
        message("kafka-metadata", "ThingRecord", "metadata", 1, "0", "0+", "");
        for (var source : new String[] {"group", "transaction", "share"}) {
            message("kafka-" + source + "-coordinator", source.toUpperCase() + "Value", "coordinator-value", 0, "0", "0+", "");
            message("kafka-" + source + "-coordinator", source.toUpperCase() + "Key", "coordinator-key", 0, "0", "none", "");
        }
    }

    @Test
    void droppedVersionsAreMergedIntoOneClass() throws Exception {
        Generator.generate(schemas, sources);
        var ping = Files.readString(source("message/PingRequest"));
        assertThat(ping).contains("LOWEST_VERSION = 0;", "HIGHEST_VERSION = 3;", "gone = version <= 1 ? reader.readInt() : -1;",
                "text = version >= 1 ? Wire.readString(reader, flexible, version >= 3) : \"\";");
        // The dropped field stands where it stood.
        assertThat(ping.indexOf("private int gone")).isLessThan(ping.indexOf("private String text"));
        assertThat(Files.readString(source("ApiKey"))).contains("PING(3, 0, 3, 2, 3, 3, true, false);");
    }

    @Test
    void deadApisAreLeftOut() throws Exception {
        Generator.generate(schemas, sources);
        assertThat(source("message/DeadRequest")).doesNotExist();
    }

    @Test
    void anUnchangedInputWritesNothing() throws Exception {
        Generator.generate(schemas, sources);
        Files.delete(source("record/ThingRecord"));
        Generator.generate(schemas, sources);
        assertThat(source("record/ThingRecord")).doesNotExist();
    }

    @Test
    void onlyFilesThatDifferAreTouchedAndOldOnesGo() throws Exception {
        Generator.generate(schemas, sources);
        Files.setLastModifiedTime(source("message/PingRequest"), LONG_AGO);
        Files.setLastModifiedTime(source("record/ThingRecord"), LONG_AGO);
        Files.writeString(source("record/OldRecord"), "");
        message("kafka-metadata", "ThingRecord", "metadata", 1, "0-1", "0+", "");
        Generator.generate(schemas, sources);
        assertThat(Files.getLastModifiedTime(source("message/PingRequest"))).isEqualTo(LONG_AGO);
        assertThat(Files.getLastModifiedTime(source("record/ThingRecord"))).isNotEqualTo(LONG_AGO);
        assertThat(source("record/OldRecord")).doesNotExist();
    }

    @Test
    void aStructInsideItselfIsRefused() throws IOException {
        message("kafka-metadata", "LoopRecord", "metadata", 2, "0", "0+", """
                { "name": "Loops", "type": "[]Loop", "versions": "0+", "fields": [
                  { "name": "Inner", "type": "[]Loop", "versions": "0+" }]}""");
        assertThatThrownBy(() -> Generator.generate(schemas, sources)).hasMessageContaining("struct inside itself: struct=Loop");
    }

    private Path source(String name) {
        return sources.resolve("io/barnabas/protocol/" + name + ".java");
    }

    private void message(String jar, String name, String type, int id, String valid, String flexible, String fields) throws IOException {
        var file = schemas.resolve(jar).resolve(name + ".json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                // A comment as in Kafka's files.
                { "apiKey": %d, "type": "%s", "name": "%s", "listeners": ["broker"], "validVersions": "%s", "flexibleVersions": "%s",
                  "fields": [%s] }""".formatted(id, type, name, valid, flexible, fields));
    }
}
