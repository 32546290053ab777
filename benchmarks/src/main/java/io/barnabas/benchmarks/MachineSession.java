package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.benchmarks.load.LoadResult;
import io.barnabas.benchmarks.load.LoadSpec;
import io.barnabas.benchmarks.load.ProcessMeter;
import io.barnabas.testkit.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** What the machine itself costs: requests to a server that does next to nothing, writes to few files and to many, a sync of the disk. */
final class MachineSession implements Session {
    private static final int SYNC_COUNT = 400;
    /** What is written to one file and to thousands: a batch of one record, one of 16 KiB. */
    static final List<Integer> APPENDED_BYTES = List.of(170, 16 << 10);
    static final List<Integer> APPENDED_FILES = List.of(LoadCase.PARTITIONS, Metrics.PARTITIONS_MAX);

    /** Fetches whose batches a bare server has as well. */
    static final List<LoadCase> FETCHES = LoadCase.likeKafka().stream()
            .filter(one -> one.spec().kind() == LoadSpec.Kind.FETCH && !one.spec().fetchSessions()).toList();

    @Override
    public String name() {
        return "the machine itself";
    }

    @Override
    public int pass() {
        return 0;
    }

    @Override
    public List<Key> left(Run run) {
        var keys = new java.util.ArrayList<Key>();
        if (run.wants(2)) keys.addAll(List.of(floorKey(false), floorKey(true)));
        if (run.wants(4)) keys.add(batchesKey());
        for (var fetch : FETCHES) if (run.wants(fetch.metric())) keys.add(fetchKey(fetch));
        if (run.wants(11)) for (int bytes : APPENDED_BYTES) for (int files : APPENDED_FILES) keys.add(appendKey(bytes, files));
        if (run.wants(16)) keys.add(syncKey());
        return run.left(keys, 0, 1);
    }

    static Key floorKey(boolean isAwake) {
        return new Key(2, Metrics.withAcks(isAwake ? Metrics.SYNCHRONOUS_AWAKE : Metrics.SYNCHRONOUS, 1), Durability.LIKE_KAFKA, Side.MACHINE);
    }

    static Key batchesKey() {
        return new Key(4, Metrics.withAcks(Metrics.BATCHES_16K, 1), Durability.LIKE_KAFKA, Side.MACHINE);
    }

    static Key fetchKey(LoadCase fetch) {
        return fetch.key(Side.MACHINE);
    }

    static Key appendKey(int bytes, int files) {
        return new Key(11, String.format(java.util.Locale.ROOT, "a write of %,d bytes to each of %,d files in turn", bytes, files),
                Durability.LIKE_KAFKA, Side.MACHINE);
    }

    static Key syncKey() {
        return new Key(16, Metrics.SYNC, Durability.DURABLE, Side.MACHINE);
    }

    @Override
    public double estimatedSeconds(Run run) {
        double perLoad = run.mode().warmUpSeconds() + run.mode().seconds() + 1;
        long fetches = FETCHES.stream().filter(fetch -> run.wants(fetch.metric())).count();
        return (2 + fetches) * perLoad + (run.wants(4) ? 5 : 0) + (run.wants(11) ? 10 : 0);
    }

    @Override
    public void run(Run run, List<Key> left) {
        if (left.contains(syncKey())) {
            run.read(syncKey(), 0, 0, () -> Map.of(Value.P50_US, Disks.syncUs(run.brokers().data(), SYNC_COUNT)));
        }
        for (int bytes : APPENDED_BYTES) for (int files : APPENDED_FILES) if (left.contains(appendKey(bytes, files))) measureAppends(run, bytes, files);
        if (left.contains(floorKey(false))) measureFloor(run, floorKey(false), 0);
        if (left.contains(floorKey(true))) measureFloor(run, floorKey(true), Runtime.getRuntime().availableProcessors());
        if (left.contains(batchesKey())) measureBatches(run);
        for (var fetch : FETCHES) if (left.contains(fetchKey(fetch))) measureFetch(run, fetch);
        run.done(estimatedSeconds(run));
    }

    private static void measureAppends(Run run, int bytes, int files) {
        long mib = bytes < 1000 ? 64 : run.mode().mibPerReading();
        Disks.freshenPages(run.brokers().data(), (mib << 20) + (mib << 18));
        run.read(appendKey(bytes, files), 0, 0,
                () -> Map.of(Value.CPU_US, Disks.appendUs(run.brokers().data(), files, bytes, (int) ((mib << 20) / bytes))));
    }

    private static void measureFloor(Run run, Key key, int spinnerCount) {
        onFloor(run, LoadSpec.produce(FloorServer.TOPIC, 1), (load, meter) -> {
            try (var spinners = new Spinners(spinnerCount)) {
                load.run(Run.duration(run.mode().warmUpSeconds()));
                read(run, key, meter, () -> load.run(Run.duration(run.mode().seconds())));
            }
        });
    }

    private static void measureBatches(Run run) {
        var spec = LoadCase.batchesOver(FloorServer.TOPIC, 1);
        long requests = LoadCase.requestsFor(spec, run.mode().mibPerReading());
        onFloor(run, spec, (load, meter) -> {
            load.run(requests / 4, Run.duration(run.mode().secondsMax()));
            Disks.freshenPages(run.brokers().data(), (long) run.mode().mibPerReading() * 5 << 18);
            read(run, batchesKey(), meter, () -> load.run(requests, Run.duration(run.mode().secondsMax())));
        });
    }

    private static void measureFetch(Run run, LoadCase fetch) {
        var of = fetch.spec();
        var spec = LoadSpec.fetch(FloorServer.TOPIC, 1).withConnections(of.connectionCount()).withInFlight(of.inFlight()).withFetchBytesMax(of.fetchBytesMax());
        onFloor(run, spec, (load, meter) -> {
            load.run(Run.duration(run.mode().warmUpSeconds()));
            read(run, fetchKey(fetch), meter, () -> load.run(Run.duration(run.mode().seconds())));
        });
    }

    private static void read(Run run, Key key, ProcessMeter meter, Supplier<LoadResult> load) {
        run.read(key, 0, 0, () -> {
            var before = meter.read();
            var result = load.get();
            return LoadValues.of(result, meter.read().since(before));
        });
    }

    /** Starts the bare server, and opens a load on it. */
    private static void onFloor(Run run, LoadSpec spec, BiConsumer<LoadGenerator, ProcessMeter> body) {
        Path folder;
        try {
            folder = Files.createTempDirectory(run.brokers().data(), "floor-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int port = Ports.free();
        var server = Brokers.startHelper(FloorServer.class, folder.resolve("out"), port, folder.resolve("file").toString(),
                Integer.toString(Math.max(APPENDED_BYTES.get(0), spec.fetchBytesMax())));
        try (var load = LoadGenerator.open(new InetSocketAddress("localhost", port), spec)) {
            body.accept(load, ProcessMeter.of(server.pid()));
        } finally {
            server.kill();
            Brokers.delete(folder);
        }
    }
}
