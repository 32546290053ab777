package io.barnabas.systemtests;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;

/** The broker that a test is about: Barnabas, or with {@code -Dtests.subject=kafka} Apache Kafka, to judge the test. */
final class Subject {
    private Subject() {}

    static boolean isKafka() {
        return "kafka".equals(System.getProperty("tests.subject"));
    }

    /** @param settings pairs of name and value */
    static Broker start(String... settings) {
        return isKafka() ? startKafka(settings) : startBarnabas(settings);
    }

    static Broker startKafka(String... settings) {
        var setup = KafkaPeer.with().allFeatures();
        for (int i = 0; i < settings.length; i += 2) setup.setting(settings[i], settings[i + 1]);
        return setup.start();
    }

    private static Broker startBarnabas(String... settings) {
        var setup = BarnabasProcess.with();
        for (int i = 0; i < settings.length; i += 2) setup.setting(settings[i], settings[i + 1]);
        return setup.start();
    }
}
