package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case of librdkafka's own test suite that Apache Kafka passes with one broker passes here. The list, with what is left out and
 * why, is {@code librdkafka-cases.txt}; {@code -Dtests.cases=0030,0103} runs those numbers only.
 */
@Tag("long")
class LibrdkafkaTest {
    private static final Path LIST = Repository.ROOT.resolve("system-tests/src/test/resources/librdkafka-cases.txt");

    private static LibrdkafkaSuite suite;

    /** A line of the list. */
    private record Case(String scenario, String name) {}

    @BeforeAll
    static void build() {
        suite = LibrdkafkaSuite.built();
    }

    @TestFactory
    Stream<DynamicTest> whatPassesOnApacheKafkaPasses() throws IOException {
        return tests("default", "auto.create.topics.enable", "true");
    }

    @TestFactory
    Stream<DynamicTest> whatPassesOnApacheKafkaPassesWhereTopicsAreMadeByRequestOnly() throws IOException {
        return tests("noautocreate", "auto.create.topics.enable", "false");
    }

    private static Stream<DynamicTest> tests(String scenario, String... settings) throws IOException {
        var cases = wanted().stream().filter(each -> each.scenario().equals(scenario)).toList();
        if (cases.isEmpty()) return Stream.empty();
        var all = new ArrayList<>(List.of("num.partitions", "4"));
        all.addAll(List.of(settings));
        Broker broker = Subject.start(all.toArray(String[]::new));
        return cases.stream().map(Case::name)
                .map(name -> dynamicTest(name, () -> assertTrue(suite.run(name, broker, scenario).contains(name), "not run")))
                .onClose(broker::close);
    }

    private static List<Case> wanted() throws IOException {
        String numbers = System.getProperty("tests.cases");
        return Files.readAllLines(LIST).stream().map(line -> line.split(" ", 3))
                .filter(words -> words[0].equals("default") || words[0].equals("noautocreate"))
                .map(words -> new Case(words[0], words[1]))
                .filter(each -> numbers == null || Arrays.asList(numbers.split(",")).contains(each.name().substring(0, 4))).toList();
    }
}
