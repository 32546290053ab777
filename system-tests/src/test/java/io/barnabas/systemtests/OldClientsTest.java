package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Java clients of older releases share topics, commit and transact on Barnabas as on Apache Kafka. */
class OldClientsTest extends SideBySide {
    private static final Path JARS = Repository.ROOT.resolve("system-tests/kafka-clients-old/target/jars");
    private static final String PACKAGE = "org.apache.kafka.clients.consumer.";

    @Test
    void clientsOf2018Work() {
        sameWith("2.1.1", "RangeAssignor", "RoundRobinAssignor", "StickyAssignor");
    }

    @Test
    @Tag("long")
    void clientsOf2021Work() {
        sameWith("2.8.2", "RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor");
    }

    @Test
    @Tag("long")
    void theLastClientsThatKnowOldBrokersWork() {
        sameWith("3.9.2", "RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor");
    }

    private void sameWith(String version, String... assignors) {
        same(broker -> {
            Clients.createTopic(broker, topic, 4);
            return new Command(command(broker, version, assignors)).run().successful().lines();
        });
    }

    private List<String> command(Broker broker, String version, String... assignors) throws Exception {
        var classes = Path.of(OldClientDriver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var classPath = Stream.of("kafka-clients-" + version, "slf4j-api-1.7.36", "slf4j-nop-1.7.36").map(jar -> JARS.resolve(jar + ".jar").toString()).toList();
        var command = new ArrayList<>(List.of(Repository.jdk().resolve("bin/java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-cp", String.join(File.pathSeparator, classPath) + File.pathSeparator + classes, OldClientDriver.class.getName(), broker.bootstrap(), topic));
        for (var assignor : assignors) command.add(PACKAGE + assignor);
        return command;
    }
}
