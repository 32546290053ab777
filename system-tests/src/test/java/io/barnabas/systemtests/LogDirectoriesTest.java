package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.KafkaTools;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Several log directories of one broker, Apache Kafka's and ours alike. */
class LogDirectoriesTest {
    private static final String TOPIC = "placed";
    private static final int PARTITIONS = 9;
    private static final int LOOKS_MAX = 30;
    /** As the dump tool prints a record of a partition and of its change. */
    private static final Pattern PARTITION = Pattern.compile("\"partitionId\":(\\d+),");
    private static final Pattern DIRECTORIES = Pattern.compile("\"directories\":\\[\"([^\"]+)\"\\]");

    @Test
    void theMetadataLogComesToTellWhichDirectoryHoldsAReplica() throws Exception {
        var second = Repository.newScratch("more").resolve("data");
        try (var broker = BarnabasProcess.with().moreData(second).start()) {
            assertPlacesAreKnown(broker, second);
        }
    }

    @Test
    void theMetadataLogOfApacheKafkaDoes() throws Exception {
        var first = Repository.newScratch("kafka").resolve("data");
        var second = Repository.newScratch("more").resolve("data");
        try (var broker = KafkaPeer.with().data(first).setting("log.dirs", first + "," + second).start()) {
            assertPlacesAreKnown(broker, second);
        }
    }

    private static void assertPlacesAreKnown(Broker broker, Path second) throws Exception {
        Clients.createTopic(broker, TOPIC, PARTITIONS);
        Map<Integer, String> places = Map.of();
        Map<Integer, String> told = Map.of();
        // Folders are made, and told of, after the topic's creation is answered.
        for (int look = 0; look < LOOKS_MAX && (places.size() < PARTITIONS || !told.equals(places)); look++) {
            places = foldersIn(List.of(broker.dataDirectory(), second));
            told = placesIn(broker.dataDirectory().resolve("__cluster_metadata-0"));
        }
        assertEquals(PARTITIONS, places.size());
        assertEquals(2, places.values().stream().distinct().count(), "both directories are used");
        assertEquals(places, told);
    }

    /** The id of the directory that has each partition's folder. */
    private static Map<Integer, String> foldersIn(List<Path> directories) throws IOException {
        var places = new TreeMap<Integer, String>();
        for (var directory : directories) {
            String id = directoryId(directory);
            for (int partition : partitionsIn(directory)) places.put(partition, id);
        }
        return places;
    }

    private static String directoryId(Path directory) throws IOException {
        var properties = new Properties();
        try (var in = Files.newInputStream(directory.resolve("meta.properties"))) {
            properties.load(in);
        }
        return properties.getProperty("directory.id");
    }

    private static List<Integer> partitionsIn(Path directory) throws IOException {
        try (var folders = Files.list(directory)) {
            return folders.map(folder -> folder.getFileName().toString()).filter(name -> name.startsWith(TOPIC + "-"))
                    .map(name -> Integer.valueOf(name.substring(TOPIC.length() + 1))).toList();
        }
    }

    /** The last word of the metadata log on each partition. The topic is the only one. */
    private static Map<Integer, String> placesIn(Path metadata) throws IOException {
        String files;
        try (var found = Files.list(metadata)) {
            files = found.map(Path::toString).filter(name -> name.endsWith(".log")).sorted().collect(Collectors.joining(","));
        }
        var places = new TreeMap<Integer, String>();
        for (var line : KafkaTools.dumpLog("--cluster-metadata-decoder", "--skip-record-metadata", "--files", files).successful().lines()) {
            var partition = PARTITION.matcher(line);
            var directories = DIRECTORIES.matcher(line);
            if (partition.find() && directories.find()) places.put(Integer.valueOf(partition.group(1)), directories.group(1));
        }
        return places;
    }
}
