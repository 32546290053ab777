package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.CommittedGroups;
import io.barnabas.benchmarks.load.Topics;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What brokers find that start with many groups, once for all brokers of a run: a data directory of Apache Kafka, stopped properly,
 * right before the groups were written and right after. Each broker gets a copy.
 */
final class GroupData {
    private static final String TOPIC = "consumed";
    static final int OFFSETS_EACH = 10;

    private final CommittedGroups groups;
    private Path without;
    private Path with;

    GroupData(int groupCount) {
        groups = new CommittedGroups(TOPIC, groupCount, OFFSETS_EACH);
    }

    CommittedGroups groups() {
        return groups;
    }

    boolean isWritten() {
        return with != null;
    }

    Path without() {
        return without;
    }

    Path with() {
        return with;
    }

    void write(Run run) {
        var start = run.brokers().on(Side.KAFKA, Durability.LIKE_KAFKA, run.brokers().jdk());
        Broker broker = start.launch();
        try {
            broker.process().awaitAnswer(broker.port());
            try (var topics = Topics.connect(Subject.addressOf(broker))) {
                topics.create(TOPIC, OFFSETS_EACH, Map.of());
            }
            groups.awaitReady(Subject.addressOf(broker), Run.duration(run.mode().secondsMax()));
            broker.process().terminate();
            without = copied(run, broker);
            broker = start.launch();
            broker.process().awaitAnswer(broker.port());
            groups.write(Subject.addressOf(broker));
            broker.process().terminate();
            with = copied(run, broker);
        } finally {
            run.brokers().end(broker);
        }
    }

    private static Path copied(Run run, Broker stopped) {
        try {
            Path folder = Files.createTempDirectory(run.brokers().data(), "groups-");
            Brokers.copy(stopped.dataDirectory(), folder.resolve("data"));
            return folder.resolve("data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
