package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The test suite of librdkafka, built from Debian's source package on its first use: see {@code librdkafka/build}. */
final class LibrdkafkaSuite {
    private static final int BUILD_SECONDS_MAX = 1_200;
    private static final int CASE_SECONDS_MAX = 300;
    private static final Pattern RESULT = Pattern.compile("(?m)^\\| (\\d{4}_\\w+) +\\| +([A-Z]+) \\|");
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private final Path home;

    private LibrdkafkaSuite(Path home) {
        this.home = home;
    }

    static LibrdkafkaSuite built() {
        Path home = Repository.ROOT.resolve("system-tests/target/librdkafka");
        String script = Repository.ROOT.resolve("system-tests/librdkafka/build").toString();
        Command.of(script, home.toString(), Repository.classPathOf("kafka-tools")).secondsMax(BUILD_SECONDS_MAX).run().successful();
        return new LibrdkafkaSuite(home);
    }

    /**
     * Runs a case, with others of its number that want such a broker, in a process of their own.
     *
     * @param scenario the kind of broker: {@code default} or {@code noautocreate}
     * @return names of the cases that passed; skipped ones are not among them
     */
    List<String> run(String name, Broker broker, String scenario) {
        Path directory = Repository.newScratch("librdkafka-" + name);
        var answer = Command.of("./test-runner", "-L", "-p1", "-s", scenario).in(home.resolve("tests")).secondsMax(CASE_SECONDS_MAX)
                .environment("TESTS", name)
                .environment("TEST_KAFKA_VERSION", "4.4.0")
                .environment("LD_LIBRARY_PATH", "../src:../src-cpp")
                .environment("RDKAFKA_TEST_CONF", configuration(directory, broker).toString())
                .environment("BROKERS", broker.bootstrap())
                .environment("KAFKA_PATH", home.resolve("kafka").toString())
                .run().successful();
        var passed = new ArrayList<String>();
        var result = RESULT.matcher(COLOUR.matcher(answer.output() + answer.errors()).replaceAll(""));
        while (result.find()) {
            if (result.group(2).equals("PASSED")) passed.add(result.group(1));
        }
        return passed;
    }

    private static Path configuration(Path directory, Broker broker) {
        try {
            String settings = "bootstrap.servers=" + broker.bootstrap() + "\ntest.timeout.multiplier=2\n";
            return Files.writeString(directory.resolve("test.conf"), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
