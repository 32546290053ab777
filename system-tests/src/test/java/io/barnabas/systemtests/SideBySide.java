package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/**
 * Plays one scene on Apache Kafka and on Barnabas, and wants the same to come of it. One broker of each make serves all
 * suites of a test run; each test has topics of its own. {@code -Dtests.subject=kafka} puts a second Apache Kafka in the
 * place of Barnabas: what fails then is wrong with the test.
 */
abstract class SideBySide {
    /** Scenes write records that are decades old, which either broker would else delete at any moment. */
    static final String KEPT_FOREVER = "-1";
    /** Groups and transactions that wait for time are to wait no longer than a test likes to; one group is soon full. */
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("log.retention.ms", KEPT_FOREVER),
            // One that is not told unless it was given.
            Map.entry("log.initial.task.delay.ms", "30001"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("group.min.session.timeout.ms", "100"),
            Map.entry("group.max.size", "5"),
            Map.entry("group.consumer.min.session.timeout.ms", "100"),
            Map.entry("group.consumer.min.heartbeat.interval.ms", "50"),
            Map.entry("group.consumer.heartbeat.interval.ms", "50"),
            Map.entry("group.consumer.max.size", "5"),
            Map.entry("group.consumer.assignment.interval.ms", "0"),
            // An assignment is made before its cause is answered.
            Map.entry("group.consumer.assignor.offload.enable", "false"),
            Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200"));

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(10);

    private static Broker kafka;
    private static Broker subject;
    private static int tests;

    /** Name of a topic that no other test uses; of a second one with something added. */
    String topic;

    interface Scene<T> {
        T on(Broker broker) throws Exception;
    }

    static synchronized Broker kafka() {
        if (kafka == null) kafka = startKafka();
        return kafka;
    }

    static Broker startKafka() {
        var setup = KafkaPeer.with();
        SETTINGS.forEach(setup::setting);
        return setup.start();
    }

    /** A broker of the make that is judged, for one who ends it. */
    static Broker startSubject() {
        if (isSubjectKafka()) return startKafka();
        var setup = BarnabasProcess.with();
        SETTINGS.forEach(setup::setting);
        return setup.start();
    }

    private static boolean isSubjectKafka() {
        return "kafka".equals(System.getProperty("tests.subject"));
    }

    static synchronized Broker subject() {
        if (subject == null) {
            subject = startSubject();
        }
        if (!subject.process().isAlive()) throw new AssertionError("it ended by itself:\n" + subject.process().output());
        return subject;
    }

    @BeforeEach
    void nameTopic(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName() + "-" + ++tests;
    }

    /** @return what the scene comes to, on either */
    static <T> T same(Scene<T> scene) {
        T expected = play(scene, kafka());
        T found = play(scene, subject());
        assertEquals("", differences(expected, found), "what differs");
        return found;
    }

    /** One line for each part of two answers that is not the same; long answers are seldom different everywhere. */
    private static String differences(Object expected, Object found) {
        if (Objects.equals(expected, found)) return "";
        var lines = new StringJoiner("\n", "\n", "");
        if (expected instanceof Map<?, ?> expectedMap && found instanceof Map<?, ?> foundMap) {
            var keys = new LinkedHashSet<Object>(expectedMap.keySet());
            keys.addAll(foundMap.keySet());
            for (Object key : keys) addDifference(lines, key, expectedMap.get(key), foundMap.get(key));
        } else if (expected instanceof List<?> expectedList && found instanceof List<?> foundList && expectedList.size() == foundList.size()) {
            for (int i = 0; i < expectedList.size(); i++) addDifference(lines, i, expectedList.get(i), foundList.get(i));
        } else {
            addDifference(lines, "all", expected, found);
        }
        return lines.toString();
    }

    private static void addDifference(StringJoiner lines, Object part, Object expected, Object found) {
        if (!Objects.equals(expected, found)) lines.add(part + ": Apache Kafka <" + expected + "> Barnabas <" + found + ">");
    }

    private static <T> T play(Scene<T> scene, Broker broker) {
        try {
            return scene.on(broker);
        } catch (Exception | AssertionError e) {
            throw new AssertionError("on " + broker.name() + ": " + e + tail(broker), e);
        }
    }

    private static String tail(Broker broker) {
        String output = broker.process().output();
        return "\nits output ends:\n" + output.substring(Math.max(0, output.length() - 1_000));
    }

    /**
     * {@code text} without what differs from broker to broker. Barnabas tells a client the address that it came to, Apache
     * Kafka the one that it was given.
     */
    static String plain(Broker broker, String text) {
        return text.replace("127.0.0.1", "localhost").replace(Integer.toString(broker.port()), "PORT").replace(broker.dataDirectory().toString(), "DATA");
    }

    /** Tries again until it comes to something, for half a minute at most. */
    static <T> T until(Callable<T> attempt) {
        var result = new AtomicReference<T>();
        Awaitility.await().atMost(PATIENCE).pollInterval(POLL_INTERVAL).pollDelay(Duration.ZERO).untilAsserted(() -> result.set(attempt.call()));
        return result.get();
    }

    interface Attempt {
        Object make() throws Exception;
    }

    /** What an attempt comes to: its value, or the plain name of the exception that answered it. */
    static String outcome(Attempt attempt) {
        try {
            return String.valueOf(attempt.make());
        } catch (ExecutionException e) {
            return e.getCause().getClass().getSimpleName();
        } catch (Exception e) {
            return e.getClass().getSimpleName();
        }
    }
}
