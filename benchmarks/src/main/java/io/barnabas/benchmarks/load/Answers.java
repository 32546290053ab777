package io.barnabas.benchmarks.load;

import io.barnabas.base.DecodeException;
import io.barnabas.base.Varint;
import io.barnabas.model.ErrorCode;
import java.nio.ByteBuffer;

/** Reads of an answer what a load wants to know, and allocates nothing. The buffer's position is just after the correlation id. */
final class Answers {
    /** Is told each partition of a fetch's answer. */
    interface FetchedPartitions {
        /**
         * @param recordsAt where the records begin in the buffer
         * @param recordBytes perhaps with half a batch at the end
         */
        void onPartition(int partition, long highWatermark, ByteBuffer buffer, int recordsAt, int recordBytes);
    }

    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final int BATCH_LENGTH_AT = 8;
    private static final int BATCH_PREFIX_BYTES = 12;
    private static final int UUID_BYTES = 16;

    private Answers() {}

    /**
     * A produce of one partition, version 9 or later.
     *
     * @return the base offset
     * @throws LoadException if the answer is an error
     */
    static long produced(ByteBuffer answer, boolean namesTopicsById) {
        skipTags(answer);
        one(answer, "topic");
        skipTopic(answer, namesTopicsById);
        one(answer, "partition");
        int partition = answer.getInt();
        short error = answer.getShort();
        if (error != 0) throw refused("produce", partition, error);
        return answer.getLong();
    }

    /**
     * A commit of offsets, version 8 or later.
     *
     * @return how many are committed
     * @throws LoadException if one is not
     */
    static int committed(ByteBuffer answer, boolean namesTopicsById) {
        skipTags(answer);
        answer.getInt(); // throttle time
        int committed = 0;
        for (int topics = count(answer); topics > 0; topics--) {
            skipTopic(answer, namesTopicsById);
            for (int left = count(answer); left > 0; left--, committed++) {
                int partition = answer.getInt();
                short error = answer.getShort();
                if (error != 0) throw refused("commit", partition, error);
                skipTags(answer);
            }
            skipTags(answer);
        }
        return committed;
    }

    /**
     * A fetch, version 12 or later.
     *
     * @return the session's id
     * @throws LoadException if the answer is an error, as a whole or for a partition
     */
    static int fetched(ByteBuffer answer, boolean namesTopicsById, FetchedPartitions partitions) {
        skipTags(answer);
        answer.getInt(); // throttle time
        short error = answer.getShort();
        if (error != 0) throw new LoadException("fetch refused: error=" + ErrorCode.of(error));
        int sessionId = answer.getInt();
        for (int topics = count(answer); topics > 0; topics--) {
            skipTopic(answer, namesTopicsById);
            for (int left = count(answer); left > 0; left--) partition(answer, partitions);
            skipTags(answer);
        }
        return sessionId;
    }

    private static void partition(ByteBuffer answer, FetchedPartitions partitions) {
        int partition = answer.getInt();
        short error = answer.getShort();
        if (error != 0) throw refused("fetch", partition, error);
        long highWatermark = answer.getLong();
        skip(answer, 2 * Long.BYTES); // last stable offset, log start offset
        for (int left = count(answer); left > 0; left--) {
            skip(answer, 2 * Long.BYTES); // an aborted transaction
            skipTags(answer);
        }
        answer.getInt(); // preferred replica
        int recordBytes = count(answer);
        int recordsAt = answer.position();
        skip(answer, recordBytes);
        skipTags(answer);
        partitions.onPartition(partition, highWatermark, answer, recordsAt, recordBytes);
    }

    /** The offset after the last whole batch; -1 if there is none. */
    static long nextOffset(ByteBuffer answer, int recordsAt, int recordBytes) {
        int end = recordsAt + recordBytes;
        int last = -1;
        for (int at = recordsAt; end - at > LAST_OFFSET_DELTA_AT + Integer.BYTES; ) {
            int size = BATCH_PREFIX_BYTES + answer.getInt(at + BATCH_LENGTH_AT);
            if (size <= LAST_OFFSET_DELTA_AT) throw new DecodeException("batch of a bad length: size=" + size);
            if (size > end - at) break;
            last = at;
            at += size;
        }
        return last < 0 ? -1 : answer.getLong(last) + answer.getInt(last + LAST_OFFSET_DELTA_AT) + 1;
    }

    private static LoadException refused(String what, int partition, short error) {
        return new LoadException("%s refused: partition=%d error=%s".formatted(what, partition, ErrorCode.of(error)));
    }

    private static void one(ByteBuffer answer, String what) {
        int count = count(answer);
        if (count != 1) throw new DecodeException("one %s expected in the answer: count=%d".formatted(what, count));
    }

    /** A compact length or count; 0 for null. */
    private static int count(ByteBuffer answer) {
        return Math.max(0, Varint.readUnsignedInt(answer) - 1);
    }

    private static void skipTopic(ByteBuffer answer, boolean namesTopicsById) {
        skip(answer, namesTopicsById ? UUID_BYTES : count(answer));
    }

    private static void skipTags(ByteBuffer answer) {
        for (int left = Varint.readUnsignedInt(answer); left > 0; left--) {
            Varint.readUnsignedInt(answer);
            skip(answer, Varint.readUnsignedInt(answer));
        }
    }

    private static void skip(ByteBuffer answer, int byteCount) {
        if (byteCount < 0 || byteCount > answer.remaining()) throw new DecodeException("past the answer's end: bytes=" + byteCount);
        answer.position(answer.position() + byteCount);
    }
}
