package io.barnabas.systemtests;

import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's clients for Python, kafka-python and confluent-kafka, tell the same of Apache Kafka and of Barnabas. */
@Tag("long")
class PythonClientsTest extends SideBySide {
    /** Debian's own: its packages are not seen by another Python on the path. */
    private static final String PYTHON = "/usr/bin/python3";
    private static final Path SCRIPTS = Repository.ROOT.resolve("system-tests/src/test/resources/python");

    @ParameterizedTest
    @ValueSource(strings = {"writes_and_reads", "commits_by_hand", "commits_by_itself", "two_members_share", "seeks", "administers"})
    void kafkaPython(String scene) {
        sameOutput("kafka_python.py", scene);
    }

    @ParameterizedTest
    @ValueSource(strings = {"writes_and_reads", "commits_by_hand", "commits_by_itself", "two_members_share",
            "two_members_share_by_cooperation", "static_member_returns", "seeks", "administers", "reads_processes_and_writes",
            "an_open_transaction_is_not_seen", "the_older_producer_is_fenced"})
    void confluentKafka(String scene) {
        sameOutput("confluent.py", scene);
    }

    private void sameOutput(String script, String scene) {
        String path = SCRIPTS.resolve(script).toString();
        same(broker -> Command.of(PYTHON, "-B", path, scene, broker.bootstrap(), topic).run().successful().lines());
    }
}
