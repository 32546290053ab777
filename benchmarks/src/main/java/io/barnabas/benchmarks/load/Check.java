package io.barnabas.benchmarks.load;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Is the load generator to be believed? The same loads by it, by Apache Kafka's perf tools and by librdkafka's, in turns on
 * one broker: what they cost that broker, and how fast each finds it.
 */
@Command(name = "check", mixinStandardHelpOptions = true,
        description = "Put the load generator beside Apache Kafka's perf tools and librdkafka's rdkafka_performance, on one broker.")
public final class Check implements Callable<Integer> {
    private static final String TOPIC = "check";
    private static final double NS_PER_US = 1e3;
    private static final double NS_PER_SECOND = 1e9;
    private static final double BYTES_PER_GIB = 1L << 30;

    /** A tool's run, and what it cost the broker. */
    private record Row(Outcome outcome, ProcessMeter.Reading used) {
        private double cpuUsPerRecord() {
            return used.cpuNs() / NS_PER_US / outcome.recordCount();
        }
    }

    enum Make { KAFKA, BARNABAS }

    @Option(names = "--broker", defaultValue = "KAFKA", description = "start this one: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Make make;
    @Option(names = "--bootstrap", paramLabel = "HOST:PORT", description = "take a broker that runs already; wants --pid")
    private String bootstrap;
    @Option(names = "--pid", description = "its process")
    private long pid;
    @Option(names = "--rdkafka", paramLabel = "FILE", defaultValue = "rdkafka_performance",
            description = "librdkafka's tool, left out if it cannot be started; default: ${DEFAULT-VALUE} on the PATH")
    private String rdkafka;
    @Option(names = "--warm-up", paramLabel = "S", defaultValue = "20", description = "seconds, of our generator; default: ${DEFAULT-VALUE}")
    private int warmUp;
    @Option(names = "--rounds", defaultValue = "3", description = "of which the median by CPU is shown; default: ${DEFAULT-VALUE}")
    private int rounds;
    @Option(names = "--seconds", defaultValue = "5", description = "of each run at a fixed rate; default: ${DEFAULT-VALUE}")
    private int seconds;

    private Check() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Check()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
    }

    @Override
    public Integer call() {
        if (bootstrap != null) {
            check(LoadMain.addressOf(bootstrap), ProcessMeter.of(pid), "the broker at " + bootstrap);
            return CommandLine.ExitCode.OK;
        }
        try (var broker = start()) {
            check(new InetSocketAddress("localhost", broker.port()), ProcessMeter.of(broker.process().pid()), broker.name());
        }
        return CommandLine.ExitCode.OK;
    }

    private Broker start() {
        return switch (make) {
            case KAFKA -> KafkaPeer.with().stockFlags().start();
            case BARNABAS -> BarnabasProcess.with().setting("log.flush.before.ack", "false").start();
        };
    }

    private List<Tool> tools() {
        var tools = new ArrayList<Tool>(List.of(new Tool.Generator(), new Tool.KafkaPerf()));
        if (canRun(rdkafka)) tools.add(new Tool.Rdkafka(rdkafka));
        else System.err.println("left out, it cannot be started: " + rdkafka);
        return tools;
    }

    private static boolean canRun(String command) {
        if (command.contains("/")) return Files.isExecutable(Path.of(command));
        for (String folder : System.getenv("PATH").split(":")) if (Files.isExecutable(Path.of(folder, command))) return true;
        return false;
    }

    private void check(InetSocketAddress broker, ProcessMeter meter, String name) {
        var tools = tools();
        var loads = List.of(
                new CheckLoad("one record of 100 bytes per request, 2,000 requests/s", false, 1, 100, 2_000, 2_000L * seconds),
                new CheckLoad("16 records of 1,000 bytes per request, 500 requests/s", false, 16, 1_000, 500, 8_000L * seconds),
                new CheckLoad("16 records of 1,000 bytes per request, as fast as it goes, 5 in flight", false, 16, 1_000, 0, 480_000),
                new CheckLoad("fetch of 1 MiB per answer, of such batches", true, 16, 1_000, 0, 480_000));
        print("%s, load average %.1f; medians by CPU of %d rounds; one partition, one connection, acks=1",
                name, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(), rounds);
        try (var topics = Topics.connect(broker)) {
            warmUp(topics, broker);
            for (var load : loads) {
                renew(topics);
                new Tool.Generator().run(broker, TOPIC, load.asProduce());
                print("%n%s", load.name());
                print("  %-24s %12s %10s %14s %14s %10s %10s", "", "records/s", "MiB/s", "CPU us/record", "CPU-s per GiB", "p50 ms", "p99 ms");
                for (var row : rows(tools, topics, broker, meter, load)) print(row);
            }
            topics.delete(TOPIC);
        }
    }

    /** Brings the broker's code into its compiled state. */
    private void warmUp(Topics topics, InetSocketAddress broker) {
        renew(topics);
        run(broker, LoadSpec.produce(TOPIC, 1).withInFlight(CheckLoad.IN_FLIGHT).withConnections(2), Duration.ofSeconds(warmUp).dividedBy(2));
        run(broker, LoadSpec.fetch(TOPIC, 1).withFetchSessions(true), Duration.ofSeconds(warmUp).dividedBy(2));
    }

    private static void run(InetSocketAddress broker, LoadSpec spec, Duration duration) {
        try (var generator = LoadGenerator.open(broker, spec)) {
            generator.run(duration);
        }
    }

    private static void renew(Topics topics) {
        topics.delete(TOPIC);
        topics.create(TOPIC, 1, Map.of("file.delete.delay.ms", "1000"));
    }

    /** The tools take turns, beginning with another each time, since brokers get faster; of each, the middle one of its runs. */
    private List<Row> rows(List<Tool> tools, Topics topics, InetSocketAddress broker, ProcessMeter meter, CheckLoad load) {
        var runs = new ArrayList<List<Row>>();
        for (int i = 0; i < tools.size(); i++) runs.add(new ArrayList<>());
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < tools.size(); turn++) {
                int i = (round + turn) % tools.size();
                if (!load.isFetch()) renew(topics);
                var before = meter.read();
                var outcome = tools.get(i).run(broker, TOPIC, load);
                runs.get(i).add(new Row(outcome, meter.read().since(before)));
            }
        }
        return runs.stream().map(ofTool -> ofTool.stream().sorted(Comparator.comparingDouble(Row::cpuUsPerRecord)).toList().get(rounds / 2)).toList();
    }

    private static void print(Row row) {
        var outcome = row.outcome();
        if (outcome.recordCount() == 0) {
            print("  %-24s %s", outcome.tool(), outcome.note());
            return;
        }
        print("  %-24s %12.0f %10.1f %14.2f %14.2f %10s %10s", outcome.tool(), outcome.recordCount() / outcome.seconds(),
                outcome.valueBytes() / outcome.seconds() / (1 << 20), row.cpuUsPerRecord(),
                row.used().cpuNs() / NS_PER_SECOND / (outcome.valueBytes() / BYTES_PER_GIB), millis(outcome.p50Ms()), millis(outcome.p99Ms()));
    }

    private static String millis(double ms) {
        return Double.isNaN(ms) ? "-" : String.format(Locale.ROOT, "%.2f", ms);
    }

    private static void print(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
