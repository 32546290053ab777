package io.barnabas.benchmarks.load;

import io.barnabas.model.CompressionType;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a load on a broker that runs already, and prints what came of it. */
@Command(name = "load", mixinStandardHelpOptions = true, description = "Make a load on a broker that runs already.")
public final class LoadMain {
    private static final double NS_PER_US = 1e3;
    private static final double BYTES_PER_GIB = 1L << 30;
    /** As consumers ask of a partition by default. */
    private static final int CONSUMER_BYTES_MAX = 1 << 20;

    /** What both kinds of load take. */
    static final class Common {
        @Option(names = "--bootstrap", required = true, paramLabel = "HOST:PORT", description = "the broker")
        private String bootstrap;
        @Option(names = "--pid", description = "the broker's process on this machine: tells what it used")
        private long pid;
        @Option(names = "--topic", defaultValue = "load", description = "default: ${DEFAULT-VALUE}; made if it is not there")
        private String topic;
        @Option(names = "--partitions", defaultValue = "6", description = "default: ${DEFAULT-VALUE}")
        private int partitions;
        @Option(names = "--connections", defaultValue = "1", description = "default: ${DEFAULT-VALUE}")
        private int connections;
        @Option(names = "--in-flight", defaultValue = "1", description = "unanswered requests per connection; default: ${DEFAULT-VALUE}")
        private int inFlight;
        @Option(names = "--rate", defaultValue = "0", paramLabel = "N/S", description = "requests a second, whatever the broker does; default: as many as it answers")
        private double rate;
        @Option(names = "--warm-up", defaultValue = "5", paramLabel = "S", description = "seconds; default: ${DEFAULT-VALUE}")
        private double warmUp;
        @Option(names = "--seconds", defaultValue = "10", paramLabel = "S", description = "default: ${DEFAULT-VALUE}")
        private double seconds;

        private InetSocketAddress broker() {
            return addressOf(bootstrap);
        }
    }

    @Spec private CommandSpec command;

    private LoadMain() {}

    /** @param arguments {@code produce}, {@code fetch} or {@code end-to-end}, and options */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new LoadMain()).setExecutionExceptionHandler((failure, line, parsed) -> {
            if (!(failure instanceof LoadException) && !(failure instanceof IllegalArgumentException)) throw failure;
            line.getErr().println(failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
    }

    /** @throws IllegalArgumentException if it is not HOST:PORT */
    public static InetSocketAddress addressOf(String bootstrap) {
        int colon = bootstrap.lastIndexOf(':');
        if (colon < 1 || !bootstrap.substring(colon + 1).matches("\\d{1,5}")) throw new IllegalArgumentException("not HOST:PORT: " + bootstrap);
        return new InetSocketAddress(bootstrap.substring(0, colon), Integer.parseInt(bootstrap.substring(colon + 1)));
    }

    @Command(name = "produce", mixinStandardHelpOptions = true, description = "Write batches.")
    void produce(@Mixin Common common,
            @Option(names = "--records", defaultValue = "1", description = "per request; default: ${DEFAULT-VALUE}") int records,
            @Option(names = "--bytes", defaultValue = "100", description = "of a record's value; default: ${DEFAULT-VALUE}") int bytes,
            @Option(names = "--key-bytes", defaultValue = "0", description = "of a record's key; default: no key") int keyBytes,
            @Option(names = "--codec", defaultValue = "none", description = "none, gzip, snappy, lz4, zstd; default: ${DEFAULT-VALUE}") String codec,
            @Option(names = "--acks", defaultValue = "1", description = "1 or -1; default: ${DEFAULT-VALUE}") int acks) {
        run(common, produceSpec(common, records, bytes, keyBytes, codec, acks));
    }

    @Command(name = "fetch", mixinStandardHelpOptions = true, description = "Read the logs from their start, again and again.")
    void fetch(@Mixin Common common,
            @Option(names = "--bytes-max", defaultValue = "1", description = "per answer, at least one batch; default: ${DEFAULT-VALUE}") int bytesMax,
            @Option(names = "--sessions", description = "fetch within sessions, as consumers do") boolean sessions) {
        run(common, LoadSpec.fetch(common.topic, common.partitions).withConnections(common.connections).withInFlight(common.inFlight)
                .withRequestsPerSecond(common.rate).withFetchBytesMax(bytesMax).withFetchSessions(sessions));
    }

    @Command(name = "end-to-end", mixinStandardHelpOptions = true,
            description = "Write at a fixed rate and read what was written; tells how late it is acknowledged and read.")
    void endToEnd(@Mixin Common common,
            @Option(names = "--records", defaultValue = "1", description = "per request; default: ${DEFAULT-VALUE}") int records,
            @Option(names = "--bytes", defaultValue = "100", description = "of a record's value; default: ${DEFAULT-VALUE}") int bytes,
            @Option(names = "--acks", defaultValue = "1", description = "1 or -1; default: ${DEFAULT-VALUE}") int acks) {
        var spec = produceSpec(common, records, bytes, 0, "none", acks).withFetchBytesMax(CONSUMER_BYTES_MAX);
        createIfMissing(common);
        try (var load = EndToEnd.open(common.broker(), spec)) {
            if (common.warmUp > 0) load.run(millis(common.warmUp));
            var result = load.run(millis(common.seconds));
            var out = command.commandLine().getOut();
            line(out, "%.0f requests/s; %d requests in %.1f s, %d fetches", result.requestCount() / result.seconds(), result.requestCount(),
                    result.seconds(), result.fetchCount());
            line(out, "acknowledged after us: %s", percentiles(result.acknowledgedNs()));
            line(out, "consumed after us: %s", percentiles(result.consumedNs()));
            line(out, "of it before the request was written us: %s", percentiles(result.latenessNs()));
            out.flush();
        }
    }

    private LoadSpec produceSpec(Common common, int records, int bytes, int keyBytes, String codec, int acks) {
        var type = CompressionType.ofName(codec);
        if (type == null) throw new IllegalArgumentException("unknown codec: " + codec);
        return LoadSpec.produce(common.topic, common.partitions).withConnections(common.connections).withInFlight(common.inFlight)
                .withRequestsPerSecond(common.rate).withRecords(records, bytes).withKeyBytes(keyBytes).withCodec(type).withAcks(acks);
    }

    private void run(Common common, LoadSpec spec) {
        var meter = common.pid > 0 ? ProcessMeter.of(common.pid) : null;
        createIfMissing(common);
        try (var load = LoadGenerator.open(common.broker(), spec)) {
            if (common.warmUp > 0) load.run(millis(common.warmUp));
            var before = meter == null ? null : meter.read();
            var result = load.run(millis(common.seconds));
            print(result, meter == null ? null : meter.read().since(before));
        }
    }

    private static void createIfMissing(Common common) {
        try (var topics = Topics.connect(common.broker())) {
            topics.createIfMissing(common.topic, common.partitions, Map.of());
        }
    }

    private static Duration millis(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private void print(LoadResult result, ProcessMeter.Reading used) {
        var out = command.commandLine().getOut();
        line(out, "%.0f requests/s, %.0f records/s, %.1f MiB/s; %d requests in %.1f s", result.requestsPerSecond(),
                result.recordCount() / result.seconds(), result.bytesPerSecond() / (1 << 20), result.requestCount(), result.seconds());
        line(out, "latency us: %s", percentiles(result.latencyNs()));
        if (result.latenessNs().getTotalCount() > 0) line(out, "of it before the request was written us: %s", percentiles(result.latenessNs()));
        line(out, "generator: %.2f us of CPU per request", result.ownCpuNs() / NS_PER_US / result.requestCount());
        if (used != null) {
            line(out, "broker: %.2f us of CPU per request, %.2f CPU-s per GiB; user %.2f s, system %.2f s; %.2f context switches per request; %d MiB resident",
                    used.cpuNs() / NS_PER_US / result.requestCount(), used.cpuNs() / 1e9 / (result.byteCount() / BYTES_PER_GIB),
                    used.userSeconds(), used.systemSeconds(), used.contextSwitches() / (double) result.requestCount(), used.residentKb() >> 10);
        }
        out.flush();
    }

    private static void line(PrintWriter out, String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }

    private static String percentiles(Histogram latencyNs) {
        return String.format(Locale.ROOT, "p50 %.1f p90 %.1f p99 %.1f p99.9 %.1f p99.99 %.1f max %.1f", at(latencyNs, 50), at(latencyNs, 90),
                at(latencyNs, 99), at(latencyNs, 99.9), at(latencyNs, 99.99), latencyNs.getMaxValue() / NS_PER_US);
    }

    private static double at(Histogram latencyNs, double percentile) {
        return latencyNs.getValueAtPercentile(percentile) / NS_PER_US;
    }
}
