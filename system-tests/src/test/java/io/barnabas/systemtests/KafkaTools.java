package io.barnabas.systemtests;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Apache Kafka's command-line classes, each run in a process of its own. */
final class KafkaTools {
    private KafkaTools() {}

    static Command.Answer topics(Broker broker, String... arguments) {
        return run(broker, "org.apache.kafka.tools.TopicCommand", arguments);
    }

    static Command.Answer configs(Broker broker, String... arguments) {
        return run(broker, "kafka.admin.ConfigCommand", arguments);
    }

    static Command.Answer offsets(Broker broker, String... arguments) {
        return run(broker, "org.apache.kafka.tools.GetOffsetShell", arguments);
    }

    static Command.Answer producerPerformance(Broker broker, String... arguments) {
        return run(broker, "org.apache.kafka.tools.ProducerPerformance", arguments);
    }

    static Command.Answer dumpLog(String... arguments) {
        return new Command(java("kafka-tools", prepend(arguments, "org.apache.kafka.tools.DumpLogSegments"))).run();
    }

    /** Runs any of the classes that take {@code --bootstrap-server}. */
    static Command.Answer run(Broker broker, String mainClass, String... arguments) {
        return new Command(java("kafka-tools", prepend(arguments, mainClass, "--bootstrap-server", broker.bootstrap()))).run();
    }

    private static String[] prepend(String[] arguments, String... first) {
        String[] all = Arrays.copyOf(first, first.length + arguments.length);
        System.arraycopy(arguments, 0, all, first.length, arguments.length);
        return all;
    }

    /** A Java command on the class path of {@code module}, with its log4j configuration. */
    static List<String> java(String module, String... arguments) {
        var command = new ArrayList<>(List.of(Repository.jdk().resolve("bin/java").toString(),
                "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
                "-Dlog4j2.configurationFile=" + Repository.ROOT.resolve("system-tests/src/test/resources/" + module + "-log4j2.properties"),
                "-cp", Repository.classPathOf(module)));
        command.addAll(List.of(arguments));
        return command;
    }
}
