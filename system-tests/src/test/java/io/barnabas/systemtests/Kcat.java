package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Command;
import java.util.ArrayList;
import java.util.List;

/** kcat, the command-line client on librdkafka. */
final class Kcat {
    private Kcat() {}

    /** Runs {@code kcat -b BROKER arguments} on {@code input}. */
    static Command.Answer run(Broker broker, String input, String... arguments) {
        var command = new ArrayList<>(List.of("kcat", "-b", broker.bootstrap()));
        command.addAll(List.of(arguments));
        return new Command(command).input(input).run();
    }

    /** Writes {@code input}, one record a line. */
    static void produce(Broker broker, String topic, String input, String... arguments) {
        var all = new ArrayList<>(List.of("-P", "-t", topic));
        all.addAll(List.of(arguments));
        run(broker, input, all.toArray(String[]::new)).successful();
    }

    /** Reads from {@code arguments}' offset to the end, printing each record by {@code format}. */
    static List<String> consume(Broker broker, String topic, String format, String... arguments) {
        var all = new ArrayList<>(List.of("-C", "-q", "-e", "-X", "fetch.wait.max.ms=20", "-t", topic, "-f", format));
        all.addAll(List.of(arguments));
        return run(broker, "", all.toArray(String[]::new)).successful().lines();
    }
}
