package io.barnabas.benchmarks.load;

import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Something that makes a load on a broker. */
sealed interface Tool {
    Outcome run(InetSocketAddress broker, String topic, CheckLoad load);

    private static String text(InetSocketAddress broker) {
        return broker.getHostString() + ":" + broker.getPort();
    }

    /** The numbers in what a tool printed. @throws LoadException if they are not there */
    static double[] numbers(String tool, Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        boolean found = false;
        double[] numbers = new double[matcher.groupCount()];
        // The last one sums up.
        while (matcher.find()) {
            found = true;
            for (int i = 0; i < numbers.length; i++) numbers[i] = Double.parseDouble(matcher.group(i + 1));
        }
        if (!found) throw new LoadException(tool + " did not say how it went:\n" + output);
        return numbers;
    }

    /** Ours. */
    final class Generator implements Tool {
        private static final double NS_PER_MS = 1e6;
        private static final int OPEN_LOOP_IN_FLIGHT = 100;
        private static final Duration DURATION_MAX = Duration.ofMinutes(2);

        @Override
        public Outcome run(InetSocketAddress broker, String topic, CheckLoad load) {
            var spec = load.isFetch()
                    ? LoadSpec.fetch(topic, 1).withFetchSessions(true).withFetchBytesMax(CheckLoad.FETCH_BYTES_MAX)
                    : LoadSpec.produce(topic, 1).withRecords(load.recordCount(), load.recordBytes()).withRequestsPerSecond(load.requestsPerSecond())
                            .withInFlight(load.requestsPerSecond() > 0 ? OPEN_LOOP_IN_FLIGHT : CheckLoad.IN_FLIGHT);
            try (var generator = LoadGenerator.open(broker, spec)) {
                // Of a fetch, as many as read the whole log.
                var result = generator.run(load.isFetch() ? answersOfWholeLog(load) : load.totalRecords() / load.recordCount(), DURATION_MAX);
                return new Outcome("our generator", result.recordCount(), result.recordCount() * load.recordBytes(), result.seconds(),
                        result.latencyNs().getValueAtPercentile(50) / NS_PER_MS, result.latencyNs().getValueAtPercentile(99) / NS_PER_MS, "");
            }
        }

        private static long answersOfWholeLog(CheckLoad load) {
            return Math.max(1, load.totalRecords() * load.recordBytes() / CheckLoad.FETCH_BYTES_MAX);
        }
    }

    /** Apache Kafka's ProducerPerformance and ConsumerPerformance. */
    final class KafkaPerf implements Tool {
        static final Pattern PRODUCED = Pattern.compile(
                "(\\d+) records sent, ([\\d.]+) records/sec .* ([\\d.]+) ms 50th, [\\d.]+ ms 95th, ([\\d.]+) ms 99th");
        static final Pattern CONSUMED = Pattern.compile("[\\d:-]+ [\\d:]+, [\\d:-]+ [\\d:]+, [\\d.]+, [\\d.]+, (\\d+), [\\d.]+, \\d+, (\\d+),");

        @Override
        public Outcome run(InetSocketAddress broker, String topic, CheckLoad load) {
            return load.isFetch() ? consume(broker, topic, load) : produce(broker, topic, load);
        }

        private static Outcome produce(InetSocketAddress broker, String topic, CheckLoad load) {
            var answer = new Command(java("ProducerPerformance", "--bootstrap-server", text(broker), "--topic", topic,
                    "--num-records", Long.toString(load.totalRecords()), "--record-size", Integer.toString(load.recordBytes()),
                    "--throughput", Integer.toString(load.requestsPerSecond() == 0 ? -1 : load.recordsPerSecond()),
                    "--command-property", "acks=1", "enable.idempotence=false", "linger.ms=" + lingerMs(load),
                    "batch.size=" + (load.recordCount() == 1 ? 0 : load.batchBytes()),
                    "max.in.flight.requests.per.connection=" + CheckLoad.IN_FLIGHT)).run().successful();
            double[] numbers = numbers("ProducerPerformance", PRODUCED, answer.output());
            return new Outcome("ProducerPerformance", (long) numbers[0], (long) numbers[0] * load.recordBytes(), numbers[0] / numbers[1],
                    numbers[2], numbers[3], "");
        }

        private static Outcome consume(InetSocketAddress broker, String topic, CheckLoad load) {
            var answer = new Command(java("ConsumerPerformance", "--bootstrap-server", text(broker), "--topic", topic,
                    "--num-records", Long.toString(load.totalRecords()), "--fetch-size", Integer.toString(CheckLoad.FETCH_BYTES_MAX),
                    "--command-property", "fetch.max.bytes=" + CheckLoad.FETCH_BYTES_MAX)).run();
            var found = CONSUMED.matcher(answer.output());
            if (!found.find() || found.group(1).equals("0")) {
                return Outcome.failed("ConsumerPerformance", "read nothing: it wants a broker with consumer groups");
            }
            long count = Long.parseLong(found.group(1));
            return new Outcome("ConsumerPerformance", count, count * load.recordBytes(), Long.parseLong(found.group(2)) / 1e3, Double.NaN, Double.NaN, "");
        }

        private static List<String> java(String tool, String... arguments) {
            var command = new ArrayList<>(List.of(Repository.jdk().resolve("bin/java").toString(), "-Xmx512m",
                    "-Dlog4j2.configurationFile=" + Repository.ROOT.resolve("system-tests/kafka-tools/log4j2.properties"),
                    "-cp", Repository.classPathOf("kafka-tools"), "org.apache.kafka.tools." + tool));
            command.addAll(List.of(arguments));
            return command;
        }
    }

    /** librdkafka's example. */
    final class Rdkafka implements Tool {
        static final Pattern PRODUCED = Pattern.compile("(\\d+) delivered .* in (\\d+)ms");
        static final Pattern CONSUMED = Pattern.compile("(\\d+) messages \\((\\d+) bytes\\) consumed in (\\d+)ms");

        private final String command;

        Rdkafka(String command) {
            this.command = command;
        }

        @Override
        public Outcome run(InetSocketAddress broker, String topic, CheckLoad load) {
            return load.isFetch() ? consume(broker, topic, load) : produce(broker, topic, load);
        }

        private Outcome produce(InetSocketAddress broker, String topic, CheckLoad load) {
            try {
                Path latencies = Files.createTempFile("latencies", ".txt");
                try {
                    var words = new ArrayList<>(List.of(command, "-P", "-t", topic, "-p", "0", "-b", text(broker), "-s", Integer.toString(load.recordBytes()),
                            "-c", Long.toString(load.totalRecords()), "-a", "1", "-l", "-A", latencies.toString(),
                            "-X", "linger.ms=" + lingerMs(load), "-X", "batch.num.messages=" + load.recordCount(),
                            "-X", "max.in.flight.requests.per.connection=" + CheckLoad.IN_FLIGHT));
                    if (load.requestsPerSecond() > 0) words.addAll(List.of("-r", Integer.toString(load.recordsPerSecond())));
                    var answer = new Command(words).run().successful();
                    double[] numbers = numbers("rdkafka_performance", PRODUCED, answer.output() + answer.errors());
                    long[] us = Files.readAllLines(latencies).stream().mapToLong(Long::parseLong).sorted().toArray();
                    return new Outcome("rdkafka_performance", (long) numbers[0], (long) numbers[0] * load.recordBytes(), numbers[1] / 1e3,
                            us[us.length / 2] / 1e3, us[(int) (us.length * 0.99)] / 1e3, "");
                } finally {
                    Files.delete(latencies);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Outcome consume(InetSocketAddress broker, String topic, CheckLoad load) {
            var answer = Command.of(command, "-C", "-t", topic, "-p", "0", "-b", text(broker), "-o", "beginning",
                    "-c", Long.toString(load.totalRecords()), "-X", "fetch.message.max.bytes=" + CheckLoad.FETCH_BYTES_MAX,
                    "-X", "fetch.max.bytes=" + CheckLoad.FETCH_BYTES_MAX).run().successful();
            double[] numbers = numbers("rdkafka_performance", CONSUMED, answer.output() + answer.errors());
            return new Outcome("rdkafka_performance", (long) numbers[0], (long) numbers[1], numbers[2] / 1e3, Double.NaN, Double.NaN, "");
        }
    }

    /** Long enough for a batch to fill at the load's rate. */
    private static int lingerMs(CheckLoad load) {
        return load.recordCount() == 1 ? 0 : 10;
    }
}
