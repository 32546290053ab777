package io.barnabas.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where things lie: this repository, the JDKs of the machine, the class paths of Apache Kafka. */
public final class Repository {
    public static final Path ROOT = root();
    /** Folder for what the tests' processes leave behind; kept after a run, emptied by a clean build. */
    public static final Path SCRATCH = ROOT.resolve("system-tests/target/scratch");

    private Repository() {}

    private static Path root() {
        for (Path path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
            if (Files.exists(path.resolve("mvnw"))) return path;
        }
        throw new IllegalStateException("not inside the repository: directory=" + Path.of("").toAbsolutePath());
    }

    /** A new empty folder under {@link #SCRATCH}. */
    public static Path newScratch(String name) {
        try {
            Files.createDirectories(SCRATCH);
            return Files.createTempDirectory(SCRATCH, name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The class path that the build of {@code module} (kafka-broker or kafka-tools) wrote. */
    public static String classPathOf(String module) {
        Path file = ROOT.resolve("system-tests").resolve(module).resolve("target/classpath");
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            throw new IllegalStateException("class path not resolved, build with './barnabas test': file=" + file, e);
        }
    }

    /** The JDK that the tests' own processes run on: that of {@code -Dtests.jdk=DIR}, else the one of this JVM. */
    public static Path jdk() {
        return Path.of(System.getProperty("tests.jdk", System.getProperty("java.home")));
    }

    /** Every JDK of version 17 or newer on this machine, the oldest first, one of each version. */
    public static List<Path> jdks() {
        var versions = new ArrayList<Integer>();
        var jdks = new ArrayList<Path>();
        for (Path jdk : installedJdks()) {
            int version = majorVersion(jdk);
            if (version >= 17 && !versions.contains(version)) {
                versions.add(version);
                jdks.add(jdk);
            }
        }
        jdks.sort(Comparator.comparingInt(Repository::majorVersion));
        return jdks;
    }

    private static List<Path> installedJdks() {
        var found = new ArrayList<Path>();
        found.add(Path.of(System.getProperty("java.home")));
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) return found;
        try (var paths = Files.list(installed)) {
            paths.filter(path -> Files.isExecutable(path.resolve("bin/javac"))).sorted().forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    public static int majorVersion(Path jdk) {
        try {
            for (String line : Files.readAllLines(jdk.resolve("release"))) {
                if (line.startsWith("JAVA_VERSION=\"")) return Integer.parseInt(line.substring(14).split("[.\"]")[0]);
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }
}
