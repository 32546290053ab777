package io.barnabas.log;

import io.barnabas.base.Disk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The file {@code <offset>.snapshot}: the producers as they were when the log ended at that offset (all big-endian).
 *
 * <pre>
 *   0 version  int16    1
 *   2 crc      uint32   CRC32C of all that follows
 *   6 count    int32
 *  10 entries: producerId int64, producerEpoch int16, lastSequence int32, lastOffset int64, offsetDelta int32,
 *     timestamp int64, coordinatorEpoch int32, currentTransactionStartOffset int64
 * </pre>
 */
final class ProducerSnapshot {
    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int CHECKED_FROM = CRC_AT + 4;
    private static final int ENTRIES_AT = CHECKED_FROM + 4;
    private static final int ENTRY_BYTES = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;

    private ProducerSnapshot() {}

    /** One that is lost or torn is made again from the log, while that goes back far enough. */
    static void write(Disk disk, Path path, ProducerStates producers, boolean sync) {
        try (var file = disk.open(path, true)) {
            file.truncate(0);
            file.write(encode(producers), 0);
            if (sync) file.sync();
        }
    }

    static ByteBuffer encode(ProducerStates producers) {
        var states = producers.all();
        var bytes = ByteBuffer.allocate(ENTRIES_AT + states.size() * ENTRY_BYTES);
        bytes.putShort(VERSION).putInt(0).putInt(states.size());
        for (var state : states) {
            bytes.putLong(state.producerId).putShort(state.producerEpoch).putInt(state.lastSequence()).putLong(state.lastOffset())
                    .putInt(state.lastOffsetDelta()).putLong(state.lastTimestamp).putInt(state.coordinatorEpoch)
                    .putLong(state.transactionStartOffset);
        }
        bytes.putInt(CRC_AT, crcOf(bytes.flip()));
        return bytes;
    }

    /** @return null if the file is torn, or of another version */
    static ProducerStates read(Disk disk, Path path) {
        try (var file = disk.open(path, false)) {
            long size = file.size();
            if (size < ENTRIES_AT || size > Integer.MAX_VALUE) return null;
            var bytes = ByteBuffer.allocate((int) size);
            file.read(bytes, 0);
            return decode(bytes.flip());
        }
    }

    static ProducerStates decode(ByteBuffer bytes) {
        if (bytes.limit() < ENTRIES_AT || bytes.getShort(0) != VERSION || bytes.getInt(CRC_AT) != crcOf(bytes)) return null;
        int count = bytes.getInt(CHECKED_FROM);
        if (count < 0 || bytes.limit() != ENTRIES_AT + (long) count * ENTRY_BYTES) return null;
        var producers = new ProducerStates();
        bytes.position(ENTRIES_AT);
        for (int i = 0; i < count; i++) {
            var state = new ProducerState(bytes.getLong());
            state.producerEpoch = bytes.getShort();
            int lastSequence = bytes.getInt();
            long lastOffset = bytes.getLong();
            int offsetDelta = bytes.getInt();
            long timestamp = bytes.getLong();
            if (lastOffset >= 0) state.addBatch(lastSequence, lastOffset, offsetDelta, timestamp);
            state.lastTimestamp = timestamp;
            state.coordinatorEpoch = bytes.getInt();
            state.transactionStartOffset = bytes.getLong();
            producers.load(state);
        }
        return producers;
    }

    private static int crcOf(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes.slice(CHECKED_FROM, bytes.limit() - CHECKED_FROM));
        return (int) crc.getValue();
    }
}
