package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.ChildProcess;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Debian's log daemons write to a broker and read from it, and lose no line when it or they are killed. */
@Tag("long")
class DaemonsTest {
    private static final int LINES = 2_000;
    private static final long WAIT_SECONDS_MAX = 120;

    private final Path root = Repository.ROOT.resolve("system-tests/target/daemons");
    private final Path scratch = Repository.newScratch("daemons");
    private final Path input = scratch.resolve("input.txt");
    private final Path output = scratch.resolve("output.txt");
    private Broker broker;

    @BeforeEach
    void start() throws Exception {
        Command.of(Repository.ROOT.resolve("system-tests/daemons/fetch").toString(), root.toString()).run().successful();
        broker = Subject.start();
        Clients.createTopic(broker, "logs", 1);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void rsyslogWritesAndReadsEveryLine() throws Exception {
        var daemon = startRsyslog();
        try {
            write(0);
            await(daemon, () -> !Files.exists(output) ? false : !Files.readAllLines(output).isEmpty());
            broker.process().kill();
            broker = broker.restart();
            write(LINES);
            await(daemon, () -> lines(2 * LINES).equals(new HashSet<>(Files.readAllLines(output))));
            daemon.kill();
            write(2 * LINES);
            daemon = startRsyslog();
            await(daemon, () -> lines(3 * LINES).equals(new HashSet<>(Files.readAllLines(output))));
            assertEquals(lines(3 * LINES), inTopic());
        } finally {
            if (daemon.isAlive()) daemon.kill();
        }
    }

    @Test
    void syslogNgWritesEveryLine() throws Exception {
        var daemon = startSyslogNg();
        try {
            write(0);
            await(daemon, () -> !inTopic().isEmpty());
            broker.process().kill();
            broker = broker.restart();
            write(LINES);
            await(daemon, () -> lines(2 * LINES).equals(inTopic()));
        } finally {
            if (daemon.isAlive()) daemon.kill();
        }
    }

    private ChildProcess startRsyslog() throws IOException {
        Path configuration = Files.writeString(scratch.resolve("rsyslog.conf"), """
                global(workDirectory="%1$s")
                module(load="imfile" mode="polling" pollingInterval="1")
                module(load="omkafka")
                module(load="imkafka")
                template(name="text" type="string" string="%%msg%%")
                template(name="line" type="string" string="%%rawmsg%%\\n")
                ruleset(name="out") {
                  action(type="omkafka" broker=["%2$s"] topic="logs" template="text" confParam=["acks=all"] action.resumeRetryCount="-1"
                         resubmitOnFailure="on" keepFailedMessages="on" failedMsgFile="%1$s/failed")
                }
                ruleset(name="in") { action(type="omfile" file="%1$s/output.txt" template="line") }
                input(type="imfile" file="%1$s/input.txt" tag="file" ruleset="out" freshStartTail="off")
                input(type="imkafka" topic="logs" broker=["%2$s"] consumergroup="rsyslog" ruleset="in"
                      confParam=["auto.offset.reset=earliest", "session.timeout.ms=6000"])
                """.formatted(scratch, broker.bootstrap()));
        return start("rsyslogd", "-n", "-M", root.resolve("usr/lib/x86_64-linux-gnu/rsyslog").toString(), "-f", configuration.toString(),
                "-i", "NONE");
    }

    private ChildProcess startSyslogNg() throws IOException {
        Path configuration = Files.writeString(scratch.resolve("syslog-ng.conf"), """
                @version: 3.38
                source s_file { file("%1$s/input.txt" follow-freq(1) flags(no-parse)); };
                destination d_kafka { kafka-c(bootstrap-servers("%2$s") topic("logs") message("$MSG") config(acks("all"))); };
                log { source(s_file); destination(d_kafka); };
                """.formatted(scratch, broker.bootstrap()));
        return start("syslog-ng", "-F", "--stderr", "--no-caps", "-f", configuration.toString(),
                "--module-path", root.resolve("usr/lib/syslog-ng/3.38").toString(),
                "-R", scratch + "/persist", "-p", scratch + "/pid", "-c", scratch + "/control");
    }

    private ChildProcess start(String name, String... arguments) {
        var command = new ArrayList<>(List.of(root.resolve("usr/sbin/" + name).toString()));
        command.addAll(List.of(arguments));
        String libraries = "%1$s/usr/lib/x86_64-linux-gnu:%1$s/lib/x86_64-linux-gnu:%1$s/usr/lib/syslog-ng".formatted(root);
        return ChildProcess.start(command, Map.of("LD_LIBRARY_PATH", libraries), scratch, scratch.resolve(name + ".out"));
    }

    private static Set<String> lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i).collect(Collectors.toSet());
    }

    private void write(int from) throws IOException {
        var lines = IntStream.range(from, from + LINES).mapToObj(i -> "line " + i).toList();
        Files.write(input, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Set<String> inTopic() {
        try (var consumer = Clients.consumer(broker)) {
            return Clients.readWhole(consumer, new TopicPartition("logs", 0)).stream().map(record -> Clients.text(record.value()))
                    .collect(Collectors.toSet());
        }
    }

    private void await(ChildProcess daemon, Callable<Boolean> condition) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!condition.call()) assertTrue(System.nanoTime() < deadlineNs && daemon.isAlive(), daemon::output);
    }
}
