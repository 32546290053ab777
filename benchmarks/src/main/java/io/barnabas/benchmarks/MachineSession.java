package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadGenerator;
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

/** What the machine itself costs: a synchronous request to a server that does next to nothing, and a sync of the disk. */
final class MachineSession implements Session {
    private static final int SYNC_COUNT = 400;

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
        if (run.wants(16)) keys.add(syncKey());
        return run.left(keys, 0, 1);
    }

    static Key floorKey(boolean isAwake) {
        return new Key(2, Metrics.withAcks(isAwake ? Metrics.SYNCHRONOUS_AWAKE : Metrics.SYNCHRONOUS, 1), Durability.LIKE_KAFKA, Side.MACHINE);
    }

    static Key syncKey() {
        return new Key(16, Metrics.SYNC, Durability.DURABLE, Side.MACHINE);
    }

    @Override
    public double estimatedSeconds(Run run) {
        return 2 * (run.mode().warmUpSeconds() + run.mode().seconds()) + 2;
    }

    @Override
    public void run(Run run, List<Key> left) {
        if (left.contains(syncKey())) {
            run.read(syncKey(), 0, 0, () -> Map.of(Value.P50_US, Disks.syncUs(run.brokers().data(), SYNC_COUNT)));
        }
        if (left.contains(floorKey(false))) measureFloor(run, floorKey(false), 0);
        if (left.contains(floorKey(true))) measureFloor(run, floorKey(true), Runtime.getRuntime().availableProcessors());
        run.done(estimatedSeconds(run));
    }

    private static void measureFloor(Run run, Key key, int spinnerCount) {
        Path folder;
        try {
            folder = Files.createTempDirectory(run.brokers().data(), "floor-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int port = Ports.free();
        var server = Brokers.startHelper(FloorServer.class, folder.resolve("out"), port, folder.resolve("written").toString());
        var meter = ProcessMeter.of(server.pid());
        try (var spinners = new Spinners(spinnerCount);
                var load = LoadGenerator.open(new InetSocketAddress("localhost", port), LoadSpec.produce("floor", 1))) {
            load.run(Run.duration(run.mode().warmUpSeconds()));
            run.read(key, 0, 0, () -> {
                var before = meter.read();
                var result = load.run(Run.duration(run.mode().seconds()));
                return LoadValues.of(result, meter.read().since(before));
            });
        } finally {
            server.kill();
            Brokers.delete(folder);
        }
    }
}
