package io.barnabas.benchmarks;

import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Metric 19: the jars that a broker runs from. */
final class SizeSession implements Session {
    private static final Pattern COMPRESSION_NATIVES = Pattern.compile("(zstd-jni|lz4-java|snappy-java)-.*");

    @Override
    public String name() {
        return "size of the jars";
    }

    @Override
    public int pass() {
        return 0;
    }

    private static Key key(String load, Side side) {
        return new Key(19, load, Durability.LIKE_KAFKA, side);
    }

    @Override
    public List<Key> left(Run run) {
        return run.left(List.of(key(Metrics.ALL_JARS, Side.KAFKA), key(Metrics.JARS_WITHOUT_NATIVES, Side.KAFKA),
                key(Metrics.ALL_JARS, Side.BARNABAS), key(Metrics.JARS_WITHOUT_NATIVES, Side.BARNABAS)), 0, 1);
    }

    @Override
    public double estimatedSeconds(Run run) {
        return 0;
    }

    @Override
    public void run(Run run, List<Key> left) {
        var kafka = Arrays.stream(Repository.classPathOf("kafka-broker").split(":")).map(Path::of).toList();
        read(run, Side.KAFKA, kafka);
        try (var jars = Files.list(Repository.ROOT.resolve("target/dist/lib"))) {
            read(run, Side.BARNABAS, jars.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(Run run, Side side, List<Path> jars) {
        var withoutNatives = jars.stream().filter(jar -> !COMPRESSION_NATIVES.matcher(jar.getFileName().toString()).matches()).toList();
        run.read(key(Metrics.ALL_JARS, side), 0, 0, () -> Map.of(Value.SIZE_MB, megabytes(jars)));
        run.read(key(Metrics.JARS_WITHOUT_NATIVES, side), 0, 0, () -> Map.of(Value.SIZE_MB, megabytes(withoutNatives)));
    }

    private static double megabytes(List<Path> files) {
        try {
            long bytes = 0;
            for (Path file : files) bytes += Files.size(file);
            return bytes / 1e6;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
