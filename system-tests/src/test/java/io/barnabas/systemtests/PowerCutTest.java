package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.systemtests.DurabilityChecker.Kind;
import io.barnabas.testkit.process.BarnabasProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A broker whose disk loses power in the middle of writing has lost nothing that was acknowledged or seen. */
class PowerCutTest {
    private static final int DISK_MIB = 256;

    @Test
    void nothingIsLostOrRepeatedWhenThePowerIsCutInMidWrite() throws Exception {
        cutRounds(5);
    }

    @Test
    @Tag("long")
    void nothingIsLostOrRepeatedHoweverOftenThePowerIsCut() throws Exception {
        cutRounds(50);
    }

    private static void cutRounds(int count) throws Exception {
        try (var disk = LoopDisk.ofMib(DISK_MIB)) {
            var rounds = new FaultRounds(BarnabasProcess.with().data(disk.path()).start());
            try {
                rounds.run(count, disk::cutPowerOf);
            } finally {
                rounds.broker().close();
            }
        }
    }

    @Test
    void nothingIsLostWhenTheDiskBecomesReadOnly() throws Exception {
        try (var disk = LoopDisk.ofMib(DISK_MIB)) {
            var rounds = new FaultRounds(BarnabasProcess.with().data(disk.path()).start());
            try {
                rounds.run(1, broker -> {
                    // A sync under way would perhaps say that it worked, see LoopDisk.cutPowerOf.
                    broker.process().whilePaused(disk::becomeReadOnly);
                    assertEquals(1, broker.process().awaitEnd());
                    disk.restorePower();
                    return broker.restart();
                });
            } finally {
                rounds.broker().close();
            }
        }
    }

    /** The rig would see it: a broker that only says that it synced its logs loses what it acknowledged. */
    @Test
    void aBrokerThatDoesNotSyncIsFoundOut() throws Exception {
        String topic = "unsynced";
        var history = new History();
        try (var disk = LoopDisk.ofMib(DISK_MIB)) {
            Path always = Files.createFile(disk.path().resolveSibling("always"));
            try (var broker = BarnabasProcess.with().data(disk.path())
                    .environment("LD_PRELOAD", NativeHelper.faultySync().toString()).environment("FAULTY_SYNC", "skip")
                    .environment("FAULTY_SYNC_PATH", "/" + topic + "-").environment("FAULTY_SYNC_WHEN", always.toString()).start()) {
                Clients.createTopic(broker, topic, 1);
                try (var load = new Load(broker, topic, 1, 1, history, new Random(1))) {
                    history.awaitProgress(500, 500);
                    load.finish();
                }
                try (var again = disk.cutPowerOf(broker)) {
                    var found = DurabilityChecker.violations(history, Load.readAll(again, topic, 1));
                    assertTrue(found.stream().anyMatch(violation -> violation.kind() == Kind.LOST), found::toString);
                    assertTrue(found.stream().anyMatch(violation -> violation.kind() == Kind.SEEN_AND_GONE), found::toString);
                }
            }
        }
    }
}
