package io.barnabas.systemtests;

import io.barnabas.testkit.process.BarnabasProcess;
import org.junit.jupiter.api.Test;

/** A broker that is stopped in the middle of writing has lost nothing, and repeats nothing that is sent again since the answer did not come. */
class StopTest {
    @Test
    void nothingIsLostOrRepeatedWhenABrokerIsStoppedInMidWrite() throws Exception {
        var rounds = new FaultRounds(BarnabasProcess.with().start());
        try {
            rounds.run(5, broker -> {
                broker.process().terminate();
                return broker.restart();
            });
        } finally {
            rounds.broker().close();
        }
    }
}
