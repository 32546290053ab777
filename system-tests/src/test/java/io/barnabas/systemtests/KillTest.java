package io.barnabas.systemtests;

import io.barnabas.testkit.process.BarnabasProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A broker that is killed in the middle of writing has lost nothing that was acknowledged or seen, and repeats nothing. */
class KillTest {
    @Test
    void nothingIsLostOrRepeatedWhenABrokerIsKilledInMidWrite() throws Exception {
        killRounds(5);
    }

    @Test
    @Tag("long")
    void nothingIsLostOrRepeatedHoweverOftenABrokerIsKilled() throws Exception {
        killRounds(50);
    }

    private static void killRounds(int count) throws Exception {
        var rounds = new FaultRounds(BarnabasProcess.with().start());
        try {
            rounds.run(count, broker -> {
                broker.process().kill();
                return broker.restart();
            });
        } finally {
            rounds.broker().close();
        }
    }
}
