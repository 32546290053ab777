package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Bad input over real sockets to a real broker with a small heap, one for all suites. During each test and after it an
 * honest client writes and reads on; the process and its memory stay as they are.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class BadInput {
    static final String HEAP = "-Xms32m -Xmx64m";
    /** Heap, as much direct memory, and what a Java process takes beside them. */
    static final long RESIDENT_KB_MAX = 300 << 10;
    /** What one test may make the broker print, and how much more for each second that it takes. */
    private static final int OUTPUT_MAX = 200_000;
    private static final int OUTPUT_PER_SECOND_MAX = 10_000;

    private static BarnabasProcess shared;
    private static int tests;

    /** Name of a topic that no other test uses. */
    String topic;
    private final List<BareConnection> clients = new ArrayList<>();
    private Broker broker;
    private Witness witness;
    private int outputBefore;
    private long startedNs;

    /** Suites that need other settings start one of their own. */
    Broker startBroker() {
        synchronized (BadInput.class) {
            if (shared == null) shared = BarnabasProcess.with().heap(HEAP).start();
            return shared;
        }
    }

    @BeforeEach
    void bringWitness() {
        broker = startBroker();
        assertTrue(broker.process().isAlive(), "it ended by itself");
        outputBefore = broker.process().output().length();
        startedNs = System.nanoTime();
        // Fuzzing makes topics, too, whose names differ little from its own: no other test's may be among them.
        String unique = ++tests + "-" + UUID.randomUUID();
        topic = "bad-input-" + unique;
        witness = new Witness(broker, "witness-" + unique);
        witness.works();
    }

    @AfterEach
    void hearWitness() {
        assertTrue(broker.process().isAlive(), () -> "it ended:\n" + broker.process().output());
        witness.works();
        for (var client : clients) client.close();
        witness.works();
        witness.close();
        String output = broker.process().output().substring(outputBefore);
        long outputMax = OUTPUT_MAX + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNs) * OUTPUT_PER_SECOND_MAX;
        assertTrue(output.length() <= outputMax, () -> "it prints too much: characters=" + output.length());
        assertEquals("", faults(output), "faults of its own in what it printed");
        long residentKb = broker.process().residentKb();
        assertTrue(residentKb <= RESIDENT_KB_MAX, "it takes too much memory: residentKb=" + residentKb);
    }

    /** Lines that tell of faults of the broker's own: bad input must be refused, not stumbled over. */
    private static String faults(String output) {
        var faults = new StringBuilder();
        int lines = 0;
        for (String line : output.split("\n")) {
            boolean isFault = line.contains("ERROR") || line.contains("Exception") || line.startsWith("\tat ");
            if (isFault && lines++ < 40) faults.append(line).append('\n');
        }
        return faults.toString();
    }

    Broker broker() {
        return broker;
    }

    /** Writes and reads while the test's connections are in the middle of what they do. */
    void witnessWorks() {
        witness.works();
    }

    /** A new connection, closed after the test. */
    BareConnection client() {
        return client(broker);
    }

    BareConnection client(Broker broker) {
        var client = new BareConnection(broker);
        clients.add(client);
        return client;
    }

    void createTopic() {
        Witness.createTopic(client(), topic, 1);
    }

    /** Plays a scene on Apache Kafka, too, and wants the same to come of it. */
    <T> T sameAsKafka(SideBySide.Scene<T> scene) throws Exception {
        T expected = scene.on(SideBySide.kafka());
        T found = scene.on(broker);
        assertEquals(expected, found, "Apache Kafka's answer and ours");
        return found;
    }

    /** Settings that make an own broker of a suite. */
    static BarnabasProcess start(Map<String, String> settings) {
        var setup = BarnabasProcess.with().heap(HEAP);
        settings.forEach(setup::setting);
        return setup.start();
    }
}
