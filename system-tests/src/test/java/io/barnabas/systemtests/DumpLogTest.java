package io.barnabas.systemtests;

import org.junit.jupiter.api.Test;

class DumpLogTest {
    @Test
    void samples() throws Exception {
        System.out.println("KAFKA " + LogSamples.byKafka());
        System.out.println("KILLED " + LogSamples.byKilledKafka());
        System.out.println("BARNABAS " + LogSamples.byBarnabas());
    }
}
