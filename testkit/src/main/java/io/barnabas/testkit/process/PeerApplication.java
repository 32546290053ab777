package io.barnabas.testkit.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A Java program on libraries of other makes, in a process and on a class path of its own: a small Maven build under
 * {@code system-tests}, built on its first use, so that runs without it fetch none of its libraries.
 */
public final class PeerApplication {
    private static final Set<String> BUILT = new HashSet<>();
    /** The first build of a machine fetches libraries. */
    private static final int BUILD_SECONDS_MAX = 600;

    private PeerApplication() {}

    /** Starts it without waiting. @param output gets what it prints */
    public static ChildProcess start(String module, Path output, String mainClass, String... arguments) {
        build(module);
        return ChildProcess.start(command(module, mainClass, arguments), Map.of(), Repository.ROOT, output);
    }

    private static List<String> command(String module, String mainClass, String... arguments) {
        Path home = Repository.ROOT.resolve("system-tests").resolve(module);
        var command = new ArrayList<>(List.of(Repository.jdk().resolve("bin/java").toString()));
        command.addAll(KafkaTools.QUICK_FLAGS);
        command.addAll(List.of("-Dlog4j2.configurationFile=" + home.resolve("log4j2.properties"),
                "-cp", home.resolve("target/classes") + ":" + Repository.classPathOf(module), mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    private static synchronized void build(String module) {
        if (!BUILT.add(module)) return;
        Command.of(Repository.ROOT.resolve("mvnw").toString(), "-q", "-B", "-f", "system-tests/" + module + "/pom.xml", "compile")
                .secondsMax(BUILD_SECONDS_MAX).run().successful();
    }
}
