package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The launcher and the scripts with Apache Kafka's names, on an installation of their own: the scripts as they are, and a
 * server jar whose main class tells what it was started with and ends, or stays until it is asked to stop.
 */
class LauncherTest {
    private static final String MAIN = """
            package io.barnabas.server;
            public final class Main {
                public static void main(String[] arguments) throws Exception {
                    System.out.println("VERSION ready " + String.join(" ", arguments));
                    System.out.println("heap " + (Runtime.getRuntime().maxMemory() >> 20) + " trim " + System.getenv("MALLOC_TRIM_THRESHOLD_")
                            + " greeting " + System.getProperty("greeting"));
                    if (System.getenv("STAY") != null || String.join(" ", arguments).contains("--port 0")) Thread.sleep(60_000);
                }
            }
            """;

    private static Path jars;
    private Path home;

    static List<Path> jdks() {
        return Repository.jdks();
    }

    @BeforeAll
    static void writeJars() throws IOException {
        jars = Repository.newScratch("jars");
        writeJar("first");
        writeJar("other");
    }

    @BeforeEach
    void install() throws IOException {
        home = Repository.newScratch("install");
        for (String name : List.of("barnabas", "bin", "config")) Directories.copy(Repository.ROOT.resolve(name), home.resolve(name));
        Files.createDirectories(home.resolve("target/dist/lib"));
        Files.createFile(home.resolve("target/dist/stamp"));
        installJar("first");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void aRebuiltJarNeverRunsOldCode(Path jdk) throws IOException {
        launcher("build").environment("JAVA_HOME", jdk.toString()).run().successful();
        assertEquals(1, caches().size(), "the build makes a start-up cache");
        assertTrue(startOn(jdk).output().startsWith("first ready"));

        FileTime modified = Files.getLastModifiedTime(jar());
        long size = Files.size(jar());
        installJar("other");
        Files.setLastModifiedTime(jar(), modified);
        assertEquals(size, Files.size(jar()), "as hard to tell apart as can be");
        assertTrue(startOn(jdk).output().startsWith("other ready"));
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void startsUseTheCacheThatTheBuildMade(Path jdk) throws IOException {
        launcher("build").environment("JAVA_HOME", jdk.toString()).run().successful();
        var answer = launcher("start").environment("JAVA_HOME", jdk.toString())
                .environment("KAFKA_OPTS", "-Xlog:class+load:stdout").run().successful();
        assertTrue(answer.lines().stream().anyMatch(line -> line.contains("io.barnabas.server.Main source: shared objects file")),
                answer::toString);
    }

    @Test
    void whereNoCacheCanBeMadeBrokersStartWithoutAndSaySoNowhere() throws IOException {
        Files.createFile(home.resolve("target/cache")); // a file in the way of the folder stops even root
        var answer = launcher("start").run().successful();
        assertTrue(answer.output().startsWith("first ready"), answer::toString);
        assertEquals("", answer.errors());
    }

    @Test
    void startHandsItsOptionsToTheServer() {
        var answer = launcher("start", "--port=29999", "--override", "log.retention.hours=1", "--data", "here").in(home).run().successful();
        assertEquals("first ready --port 29999 --override log.retention.hours=1 --data "
                + home + "/here", answer.lines().get(0));
    }

    @Test
    void dataLiesBesideTheLauncherUnlessTheSettingsNameADirectory() throws IOException {
        Path settings = home.resolve("own.properties");
        Files.writeString(settings, "node.id=1");
        assertTrue(launcher("start", "--config", settings.toString()).run().successful().lines().get(0).endsWith(" --data " + home + "/data"));
        Files.writeString(settings, "node.id=1\n log.dirs = /elsewhere");
        assertFalse(launcher("start", "--config", settings.toString()).run().successful().output().contains("--data"));
        assertFalse(launcher("start", "--override", "log.dir=/elsewhere").run().successful().output().contains("--data"));
    }

    @Test
    void javaTakesKafkasVariables() {
        var answer = launcher("start").environment("KAFKA_HEAP_OPTS", "-Xmx96m -XX:+UseSerialGC")
                .environment("KAFKA_OPTS", "-Dgreeting=hello -Dother=1").run().successful();
        assertTrue(answer.lines().get(1).endsWith("greeting hello"), answer::toString);
        assertTrue(Integer.parseInt(answer.lines().get(1).split(" ")[1]) <= 96, answer::toString);
    }

    @Test
    void memoryThatIsFreedGoesBackToTheSystemUnlessTheUserSaysOtherwise() {
        assertTrue(launcher("start").run().successful().lines().get(1).contains(" trim 131072 "));
        assertTrue(launcher("start").environment("MALLOC_TRIM_THRESHOLD_", "5000000").run().successful().lines().get(1).contains(" trim 5000000 "));
    }

    @Test
    void worksThroughALinkFromAnyDirectory() throws IOException {
        Path link = Files.createSymbolicLink(home.resolveSibling(home.getFileName() + "-link"), home.resolve("barnabas"));
        assertTrue(Command.of(link.toString(), "start").in(Path.of("/")).run().successful().output().startsWith("first ready"));
    }

    @Test
    void wrongUseExitsWith2AndNamesTheMistake() {
        for (var wrong : List.of(List.of("sing"), List.of("start", "--loud"), List.of("start", "--port", "many"), List.of("start", "--data"),
                List.of("start", "--override", "novalue"), List.of("test", "--some"), List.of("stop", "--port", "1"))) {
            var answer = launcher(wrong.toArray(String[]::new)).run().exiting(2);
            assertTrue(answer.errors().contains(wrong.get(wrong.size() == 1 ? 0 : 1)), answer::toString);
        }
        var answer = launcher("start", "--config", "nowhere.properties").run().exiting(1);
        assertTrue(answer.errors().contains("nowhere.properties"), answer::toString);
    }

    @Test
    void helpNamesEveryCommand() {
        for (String command : List.of("start", "stop", "build", "test", "help")) {
            assertTrue(launcher().run().successful().output().contains("./barnabas " + command), command);
        }
    }

    @Test
    void stopEndsTheBrokerOfADataDirectoryAndWaits() throws IOException {
        var first = daemon("one");
        var second = daemon("two");
        assertTrue(launcher("stop").run().exiting(2).errors().contains("Several brokers"));
        launcher("stop", "--data", "one").in(home).run().successful();
        assertFalse(isRunning(first));
        assertTrue(second.isAlive());
        launcher("stop").run().successful();
        assertFalse(isRunning(second));
        assertTrue(launcher("stop").run().exiting(1).errors().contains("No broker runs"));
    }

    @Test
    void stopLeavesAProcessAloneThatOnlyHasThePid() throws IOException {
        var broker = daemon("one");
        try {
            Path run = onlyFileIn(home.resolve("run"));
            var lines = Files.readAllLines(run);
            lines.set(0, "12345"); // began at another time: the pid was given again
            Files.write(run, lines);
            launcher("stop").run().exiting(1);
            assertTrue(broker.isAlive());
        } finally {
            broker.destroyForcibly();
        }
    }

    @Test
    void kafkasStartScriptTakesAFileAndOverrides() throws IOException {
        Path settings = Files.writeString(home.resolve("own.properties"), "node.id=1");
        var answer = script("kafka-server-start.sh", settings.toString(), "--override", "a=b", "--override", "c=d e").run().successful();
        assertEquals("first ready --config " + settings + " --override a=b --override c=d e", answer.lines().get(0));
        assertTrue(script("kafka-server-start.sh").run().exiting(1).errors().startsWith("USAGE"));
    }

    @Test
    void kafkasStopScriptChoosesByNodeAndRole() throws IOException {
        Path settings = Files.writeString(home.resolve("own.properties"), "process.roles = broker,controller\nnode.id=7\n");
        Path log = home.resolve("out");
        var started = script("kafka-server-start.sh", "-daemon", settings.toString()).environment("STAY", "1")
                .environment("LOG_DIR", log.toString()).run().successful();
        var broker = ProcessHandle.of(pidIn(started)).orElseThrow();
        assertTrue(Files.exists(log.resolve("kafkaServer.out")));
        assertTrue(script("kafka-server-stop.sh", "--node-id=8").run().exiting(1).output().contains("No kafka server to stop"));
        script("kafka-server-stop.sh", "--process-role=observer").run().exiting(1);
        assertTrue(broker.isAlive());
        script("kafka-server-stop.sh", "--node-id=7", "--process-role=controller").run().successful();
        broker.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private Command launcher(String... arguments) {
        return on(home.resolve("barnabas"), arguments);
    }

    private Command script(String name, String... arguments) {
        return on(home.resolve("bin").resolve(name), arguments);
    }

    private static Command on(Path program, String... arguments) {
        String[] words = Stream.concat(Stream.of(program.toString()), Arrays.stream(arguments)).toArray(String[]::new);
        return Command.of(words).environment("JAVA_HOME", Repository.jdk().toString());
    }

    private Command.Answer startOn(Path jdk) {
        return launcher("start").environment("JAVA_HOME", jdk.toString()).run().successful();
    }

    private ProcessHandle daemon(String data) {
        var answer = launcher("start", "--daemon", "--data", data).in(home).environment("STAY", "1").run().successful();
        return ProcessHandle.of(pidIn(answer)).orElseThrow();
    }

    private static long pidIn(Command.Answer started) {
        return Long.parseLong(started.errors().replaceAll("(?s).*pid=(\\d+).*", "$1"));
    }

    /** An ended process may wait for a slow parent to notice. */
    private static boolean isRunning(ProcessHandle process) throws IOException {
        Path stat = Path.of("/proc/" + process.pid() + "/stat");
        return Files.exists(stat) && !Files.readString(stat).contains(") Z ");
    }

    private List<Path> caches() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("target/cache"))) {
            return files.filter(file -> file.toString().matches(".*\\.(jsa|aot)")).toList();
        }
    }

    private static Path onlyFileIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.reduce((one, two) -> {
                throw new AssertionError(one + " and " + two);
            }).orElseThrow();
        }
    }

    private Path jar() {
        return home.resolve("target/dist/lib/server.jar");
    }

    private void installJar(String version) throws IOException {
        Files.copy(jars.resolve(version + ".jar"), jar(), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Compiles {@link #MAIN} with a five-letter {@code version} into a jar that is stored, so its size is always the same. */
    private static void writeJar(String version) throws IOException {
        Path classes = Files.createDirectory(jars.resolve(version));
        Path source = Files.writeString(jars.resolve("Main.java"), MAIN.replace("VERSION", version));
        run("javac", "--release", "17", "-d", classes.toString(), source.toString());
        run("jar", "--create", "--no-compress", "--file", jars.resolve(version + ".jar").toString(), "-C", classes.toString(), "io");
    }

    private static void run(String tool, String... arguments) {
        assertEquals(0, ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, arguments));
    }
}
