package io.barnabas.testkit.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Apache Kafka's command-line classes, each run in a process of its own. */
public final class KafkaTools {
    /** Flags of Java for a process that should start soon and be small. */
    static final List<String> QUICK_FLAGS = List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** What they print does not depend on the machine's language: names of properties differ from JDK to JDK. */
    private static final List<String> UTF_8 = List.of("-Dfile.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8", "-Dstdout.encoding=UTF-8");

    private KafkaTools() {}

    public static Command.Answer topics(Broker broker, String... arguments) {
        return run(broker, "org.apache.kafka.tools.TopicCommand", arguments);
    }

    public static Command.Answer configs(Broker broker, String... arguments) {
        return run(broker, "kafka.admin.ConfigCommand", arguments);
    }

    public static Command.Answer offsets(Broker broker, String... arguments) {
        return run(broker, "org.apache.kafka.tools.GetOffsetShell", arguments);
    }

    public static Command.Answer producerPerformance(Broker broker, String... arguments) {
        return run(broker, "org.apache.kafka.tools.ProducerPerformance", arguments);
    }

    public static Command.Answer dumpLog(String... arguments) {
        return run(prepend(arguments, "org.apache.kafka.tools.DumpLogSegments"));
    }

    /** Runs any of the classes that take {@code --bootstrap-server}. */
    public static Command.Answer run(Broker broker, String mainClass, String... arguments) {
        return run(prepend(arguments, mainClass, "--bootstrap-server", broker.bootstrap()));
    }

    /** The first run leaves its loaded classes in an archive, which spares the later ones half of their time. */
    private static synchronized Command.Answer run(String... arguments) {
        Path archive = Repository.SCRATCH.resolve("kafka-tools-" + Repository.majorVersion(Repository.jdk()) + ".jsa");
        var command = java("kafka-tools", Repository.jdk(), QUICK_FLAGS, arguments);
        command.addAll(1, UTF_8);
        command.addAll(1, List.of("-Xlog:disable", "-Xlog:all=error:stderr",
                (Files.exists(archive) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=") + archive));
        return new Command(command).run();
    }

    private static String[] prepend(String[] arguments, String... first) {
        String[] all = Arrays.copyOf(first, first.length + arguments.length);
        System.arraycopy(arguments, 0, all, first.length, arguments.length);
        return all;
    }

    /** A Java command on the class path of {@code module}, with its log4j configuration, of whichever version. */
    static List<String> java(String module, Path jdk, List<String> flags, String... arguments) {
        var command = new ArrayList<>(List.of(jdk.resolve("bin/java").toString(), "-Xshare:auto",
                "-Dlog4j2.configurationFile=" + Repository.ROOT.resolve("system-tests/" + module + "/log4j2.properties"),
                "-Dlog4j.configuration=file:" + Repository.ROOT.resolve("system-tests/" + module + "/log4j.properties"),
                "-cp", Repository.classPathOf(module)));
        command.addAll(1, flags);
        command.addAll(List.of(arguments));
        return command;
    }
}
