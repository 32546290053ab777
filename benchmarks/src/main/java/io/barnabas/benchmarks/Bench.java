package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadMain;
import io.barnabas.benchmarks.load.ProcessMeter;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures Barnabas beside Apache Kafka, or any broker that runs already, and prints one table. */
@Command(name = "./barnabas bench", sortOptions = false,
        description = "Measures Barnabas beside Apache Kafka: Kafka, Barnabas, Kafka, one after the other on the same disk.",
        footer = {"", "./barnabas bench load ... makes one load on a running broker, check ... holds the load generator against others,",
            "micro [REGEX] runs the micro-benchmarks. Paths are relative to the repository."})
final class Bench implements Callable<Integer> {
    private static final Set<Integer> ALL_METRICS = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 19, 21, 22, 23, 24, 25, 26);
    private static final Set<Integer> OF_GIVEN = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 23);
    private static final int SOAK = 20;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "this text")
    private boolean help;
    @Option(names = "--quick", description = "short readings, ends within 10 minutes; Kafka's figures are kept ones where there are any")
    private boolean quick;
    @Option(names = "--metrics", split = ",", paramLabel = "N", description = "only these of goals 1-14, 16, 19, 21-26")
    private Set<Integer> chosen;
    @Option(names = "--soak", arity = "0..1", fallbackValue = "30", paramLabel = "MINUTES",
            description = "also so long at 70 %% of the best rate (metric 20); default: ${FALLBACK-VALUE}")
    private int soakMinutes;
    @Option(names = "--json", description = "keep the raw results under benchmarks/results/, not under target/bench/runs/")
    private boolean json;
    @Option(names = "--resume", description = "go on with the newest run that was not finished; same options")
    private boolean resume;
    @Option(names = "--kafka-kept", description = "take Kafka's kept figures in a full run, too")
    private boolean kafkaKept;
    @Option(names = "--kafka-again", description = "measure Kafka in a quick run, too")
    private boolean kafkaAgain;
    @Option(names = "--jdk", paramLabel = "DIR", description = "that both brokers run on; default: that of ./barnabas")
    private Path jdk = Repository.jdk();
    @Option(names = "--override", paramLabel = "K=V", description = "a setting of Barnabas; may be repeated")
    private Map<String, String> overrides = new LinkedHashMap<>();
    @Option(names = "--java-opts", paramLabel = "FLAGS", description = "more flags of Java for Barnabas")
    private String javaOptions = "";
    @Option(names = "--data", paramLabel = "DIR", description = "where the brokers keep their data; default: target/bench/data")
    private Path data = Repository.ROOT.resolve("target/bench/data");
    @Option(names = "--bootstrap", paramLabel = "HOST:PORT", description = "only put metrics 1-8 and 23 on this broker, which runs already")
    private String bootstrap = "";
    @Option(names = "--pid", description = "its process, where it runs on this machine: tells CPU and memory")
    private long pid;
    @Option(names = "--seconds", description = "of one reading; default: 5, quick 1.5")
    private double seconds;
    @Option(names = "--repetitions", description = "readings per load and pass; default: 5, quick 1")
    private int repetitions;

    @Spec
    private CommandSpec spec;

    private Bench() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        var line = new CommandLine(new Bench());
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (!(failure instanceof IllegalArgumentException)) throw failure;
            command.getErr().println(failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    @Override
    public Integer call() throws IOException {
        return isGiven() ? measureGiven() : measureBoth();
    }

    private boolean isGiven() {
        return !bootstrap.isEmpty();
    }

    private Set<Integer> metrics(Set<Integer> possible) {
        var metrics = new TreeSet<>(chosen == null ? possible : chosen);
        if (soakMinutes > 0) metrics.add(SOAK);
        for (int metric : metrics) {
            if (!possible.contains(metric) && (metric != SOAK || soakMinutes == 0)) {
                throw new IllegalArgumentException("cannot measure metric %d here, only: %s".formatted(metric, new TreeSet<>(possible)));
            }
        }
        if (metrics.contains(8) || metrics.contains(11)) metrics.add(3); // their rates are parts of that one's
        return metrics;
    }

    private Mode mode() {
        return (quick ? Mode.QUICK : Mode.FULL).with(seconds, repetitions);
    }

    private int measureGiven() {
        var facts = new RunFacts(RunFacts.HARNESS, mode(), metrics(OF_GIVEN), Machine.of(Repository.ROOT), "given", "none", "given", Map.of(), "", bootstrap);
        var subject = new Subject(Side.GIVEN, LoadMain.addressOf(bootstrap), pid > 0 ? ProcessMeter.of(pid) : null);
        var cases = new ArrayList<>(LoadCase.likeKafka());
        cases.addAll(LoadCase.commits(Durability.LIKE_KAFKA));
        List<Session> sessions = List.of(LoadSession.on(subject, cases));
        measure(facts, null, sessions, Side.GIVEN, Metrics.blocks(List.of(), facts.mode().kafkaPartitions()));
        return 0;
    }

    private int measureBoth() throws IOException {
        jdk = Repository.ROOT.resolve(jdk);
        Path own = Repository.ROOT.resolve(data).resolve("run-" + ProcessHandle.current().pid());
        sweepData(own.getParent());
        Files.createDirectories(own);
        try {
            var facts = new RunFacts(RunFacts.HARNESS, mode(), metrics(ALL_METRICS), Machine.of(own), RunFacts.versionOf(jdk),
                    RunFacts.kafkaVersionNow(), RunFacts.commitNow(), overrides, javaOptions, "");
            Brokers.prepare(jdk);
            var jdks = Repository.jdks();
            var versions = jdks.stream().map(Repository::majorVersion).toList();
            measure(facts, new Brokers(own, jdk, overrides, javaOptions), sessions(facts.mode(), jdks), Side.BARNABAS,
                    Metrics.blocks(versions, facts.mode().kafkaPartitions()));
            return 0;
        } finally {
            Brokers.delete(own);
        }
    }

    /** Removes what runs left that were killed. */
    private static void sweepData(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return;
        try (var runs = Files.list(folder)) {
            for (Path run : runs.filter(path -> path.getFileName().toString().matches("run-\\d+")).toList()) {
                long runPid = Long.parseLong(run.getFileName().toString().substring(4));
                if (ProcessHandle.of(runPid).isEmpty()) Brokers.delete(run);
            }
        }
    }

    /** Kafka, Barnabas, Kafka for the loads; what takes a broker's whole life, once on each. */
    private List<Session> sessions(Mode mode, List<Path> jdks) {
        var kafka = new ArrayList<>(LoadCase.likeKafka());
        kafka.addAll(LoadCase.synced(true));
        kafka.addAll(LoadCase.commits(Durability.LIKE_KAFKA));
        var likeKafka = new ArrayList<>(LoadCase.likeKafka());
        likeKafka.addAll(LoadCase.commits(Durability.LIKE_KAFKA));
        var durable = new ArrayList<>(LoadCase.durable());
        durable.addAll(LoadCase.synced(false));
        durable.addAll(LoadCase.commits(Durability.DURABLE));
        var sessions = new ArrayList<Session>();
        sessions.add(new MachineSession());
        sessions.add(LoadSession.of(Side.KAFKA, 0, Durability.LIKE_KAFKA, kafka));
        sessions.add(LoadSession.of(Side.BARNABAS, 0, Durability.LIKE_KAFKA, likeKafka));
        sessions.add(LoadSession.of(Side.BARNABAS, 0, Durability.DURABLE, durable));
        sessions.add(LoadSession.of(Side.KAFKA, 1, Durability.LIKE_KAFKA, kafka));
        for (Side side : List.of(Side.KAFKA, Side.BARNABAS)) sessions.add(new StartSession(side, jdks));
        sessions.add(new SizeSession());
        for (Side side : List.of(Side.BARNABAS, Side.KAFKA)) sessions.add(new CurveSession(side));
        for (int count : List.of(Metrics.PARTITIONS_MAX, mode.kafkaPartitions())) sessions.add(new MostSession(Side.BARNABAS, count));
        sessions.add(new MostSession(Side.KAFKA, mode.kafkaPartitions()));
        for (var codec : Metrics.COMPACTED) {
            var log = new CompactableLog(codec);
            sessions.add(new CompactionSession(Side.KAFKA, 0, log));
            sessions.add(new CompactionSession(Side.BARNABAS, 0, log));
            if (!quick) sessions.add(new CompactionSession(Side.KAFKA, 1, log));
        }
        sessions.add(new TailSession(Side.KAFKA, 0));
        sessions.add(new TailSession(Side.BARNABAS, 0));
        if (!quick) sessions.add(new TailSession(Side.KAFKA, 1));
        addGroups(sessions);
        if (soakMinutes > 0) sessions.add(new SoakSession(Side.BARNABAS, soakMinutes));
        return sessions;
    }

    private void addGroups(List<Session> sessions) {
        var data = new GroupData(quick ? Metrics.GROUPS_QUICK : Metrics.GROUPS);
        var order = quick ? List.of(Side.KAFKA, Side.BARNABAS) : List.of(Side.KAFKA, Side.BARNABAS, Side.KAFKA);
        for (int i = 0; i < order.size(); i++) sessions.add(new JoinSession(order.get(i), i / 2, Metrics.JOINING_MEMBERS, Metrics.JOINED_PARTITIONS));
        for (int i = 0; i < order.size(); i++) {
            sessions.add(new TransactionSession(order.get(i), i / 2, Durability.LIKE_KAFKA));
            if (order.get(i) == Side.BARNABAS) sessions.add(new TransactionSession(Side.BARNABAS, 0, Durability.DURABLE));
        }
        for (int i = 0; i < order.size(); i++) sessions.add(new GroupStartSession(order.get(i), i / 2, data));
    }

    private boolean takesKept() {
        return !isGiven() && (quick && !kafkaAgain || kafkaKept);
    }

    private void measure(RunFacts facts, Brokers brokers, List<Session> sessions, Side subject, List<Metrics.Block> blocks) {
        Path target = Repository.ROOT.resolve("target/bench");
        var folders = new RunFolders(json ? Repository.ROOT.resolve("benchmarks/results") : target.resolve("runs"), target.resolve("kafka"));
        ResultStore store = resume ? folders.resume(facts) : folders.begin(facts, LocalDateTime.now());
        List<Cell> kept = takesKept() ? folders.keptOfKafka(facts) : List.of();
        if (!resume) kept.forEach(store::add);

        double estimatedSeconds = 0;
        var sizing = new Run(facts.mode(), facts.metrics(), brokers, store, null, pid);
        for (Session session : sessions) if (!session.left(sizing).isEmpty()) estimatedSeconds += session.estimatedSeconds(sizing);
        var progress = new Progress(System.err, Boolean.getBoolean("bench.terminal"), estimatedSeconds);
        progress.say("Results go to " + Repository.ROOT.relativize(store.folder()));
        var unfinished = new Run(facts.mode(), facts.metrics(), brokers, store, progress, pid).execute(sessions);
        progress.now("done");
        progress.say("");

        if (!isGiven()) folders.keepKafka(facts, store.readings());
        var wanted = blocks.stream().filter(block -> facts.metrics().contains(block.metric())).toList();
        String table = new Report(facts, store.readings(), wanted, subject, kept, unfinished).text();
        Charts.write(store, subject, facts.mode().kafkaPartitions());
        store.writeResults(facts);
        RunFolders.end(store, table, unfinished.isEmpty());
        spec.commandLine().getOut().print(table);
        spec.commandLine().getOut().flush();
    }
}
