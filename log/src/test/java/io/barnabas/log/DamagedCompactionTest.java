package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import org.junit.jupiter.api.Test;

class DamagedCompactionTest {
    /** Packed again it would get a good checksum. */
    @Test
    void aLogWithADamagedBatchIsLeftAsItIsAndServesOn() {
        var rig = new LogRig(1, LogRig.compacted(LogRig.SMALL, new CompactionConfig(0, 0, Long.MAX_VALUE, 0), false));
        for (int i = 0; i < 60; i++) append(rig, i);
        rig.flush();
        var first = rig.file("00000000000000000000.log");
        var damaged = rig.disk.bytes(first);
        damaged[damaged.length - 2] ^= 1;
        rig.disk.replace(first, damaged);
        rig.simulation.runFor(100_000);
        assertArrayEquals(damaged, rig.disk.bytes(first));
        assertNull(rig.heard.offline);
        append(rig, 60);
        assertEquals(61, rig.log.endOffset());
    }

    private static void append(LogRig rig, int i) {
        var batch = new RecordBatchBuilder().append(rig.now(), LogRig.bytes("key"), LogRig.bytes("value " + i)).build();
        rig.append(new RecordBatch().wrap(batch, 0), 0);
        rig.log.write();
        rig.log.raiseHighWatermark(rig.log.endOffset());
    }
}
