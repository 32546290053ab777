package io.barnabas.systemtests;

import io.barnabas.testkit.process.BarnabasProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * kill -9 and power cuts while transactions are in every state. A claim about Barnabas alone: Apache Kafka 4.4.0 was seen to leave out the
 * markers of a transaction that was committed just before the kill.
 */
class TransactionKillTest {
    private static final int EVERYDAY_ROUNDS = 4;
    private static final int LONG_ROUNDS = 200;
    private static final int LONG_CUTS = 40;
    private static final int DISK_MIB = 512;

    @Test
    void transactionsAreWholeOrAbsent() throws Exception {
        kill(EVERYDAY_ROUNDS);
    }

    @Test
    @Tag("long")
    void transactionsAreWholeOrAbsentManyTimes() throws Exception {
        kill(LONG_ROUNDS);
    }

    @Test
    void transactionsAreWholeOrAbsentAfterPowerCuts() throws Exception {
        cutPower(EVERYDAY_ROUNDS);
    }

    @Test
    @Tag("long")
    void transactionsAreWholeOrAbsentAfterManyPowerCuts() throws Exception {
        cutPower(LONG_CUTS);
    }

    private static void kill(int rounds) throws Exception {
        TransactionRounds.run(SideBySide.startSubject(), rounds, broker -> {
            broker.process().kill();
            return broker.restart();
        });
    }

    private static void cutPower(int rounds) throws Exception {
        try (var disk = LoopDisk.ofMib(DISK_MIB)) {
            TransactionRounds.run(BarnabasProcess.with().data(disk.path()).start(), rounds, disk::cutPowerOf);
        }
    }
}
