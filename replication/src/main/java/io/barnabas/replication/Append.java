package io.barnabas.replication;

import io.barnabas.log.AppendOrigin;
import io.barnabas.log.OffsetWaiters;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordError;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One batch on its way into one partition, a client's or a transaction coordinator's, and what became of it. Made by whoever has the bytes, handed to
 * {@link Partition#append}, and told exactly once, on the partition's loop.
 */
public abstract class Append extends OffsetWaiters.Waiter {
    public static final short ACKS_ALL = -1;

    /** The batch where it lies; its offsets are set in place. Needed until {@link #onStored}. */
    final ByteBuffer records;
    final short acks;
    final short produceVersion;
    /** Null if the producer gave none. */
    final String transactionalId;
    final AppendOrigin origin;
    /** In the queue that it is in. */
    Append next;

    private ErrorCode error = ErrorCode.NONE;
    private String errorMessage;
    private List<RecordError> recordErrors = List.of();
    private long baseOffset = -1;
    private long endOffset = -1;
    private long logAppendTimeMs = -1;
    private long logStartOffset = -1;

    /**
     * A client's.
     *
     * @param records         one batch, as it came
     * @param acks            -1, 0 or 1
     * @param produceVersion  of the request, since older ones may not bring every codec
     * @param transactionalId null if the producer gave none
     */
    protected Append(ByteBuffer records, short acks, short produceVersion, String transactionalId) {
        this.records = records;
        this.acks = acks;
        this.produceVersion = produceVersion;
        this.transactionalId = transactionalId;
        this.origin = AppendOrigin.CLIENT;
    }

    /**
     * This broker's own, decided when every in-sync replica has it.
     *
     * @param records one valid batch
     */
    protected Append(ByteBuffer records, AppendOrigin origin) {
        this.records = records;
        this.acks = ACKS_ALL;
        this.produceVersion = 0;
        this.transactionalId = null;
        this.origin = origin;
    }

    /** Whether it is the marker of a producer's transaction; as long as its bytes are needed. */
    final boolean endsTransactionOf(long producerId) {
        if (origin == AppendOrigin.CLIENT) return false;
        var batch = new RecordBatch().wrap(records, records.position());
        return batch.isControl() && batch.isTransactional() && batch.producerId() == producerId;
    }

    /** The bytes are no longer needed: they are in the log, or refused. Comes before {@link #onDecided} or with it. */
    protected abstract void onStored();

    /** It is acknowledged or refused. */
    protected abstract void onDecided();

    public final ErrorCode error() {
        return error;
    }

    /** Null unless there is more to say than the error's name. */
    public final String errorMessage() {
        return errorMessage;
    }

    /** Single records at fault. */
    public final List<RecordError> recordErrors() {
        return recordErrors;
    }

    /** Offset of the first record, -1 if there is none. */
    public final long baseOffset() {
        return baseOffset;
    }

    /** In ms, -1 unless the topic stamps records as they are appended. */
    public final long logAppendTimeMs() {
        return logAppendTimeMs;
    }

    public final long logStartOffset() {
        return logStartOffset;
    }

    /** First offset after the batch. */
    final long endOffset() {
        return endOffset;
    }

    final void place(long baseOffset, long lastOffset, long logAppendTimeMs, long logStartOffset) {
        this.baseOffset = baseOffset;
        this.endOffset = lastOffset + 1;
        this.logAppendTimeMs = logAppendTimeMs;
        this.logStartOffset = logStartOffset;
    }

    /** Refused before anything was stored. */
    final void refuse(ErrorCode error, String message, List<RecordError> recordErrors) {
        this.recordErrors = recordErrors;
        onStored();
        decide(error, message);
    }

    final void decide(ErrorCode error, String message) {
        this.error = error;
        this.errorMessage = message;
        if (error != ErrorCode.NONE) {
            baseOffset = -1;
            logAppendTimeMs = -1;
            logStartOffset = -1;
        }
        onDecided();
    }

    @Override
    protected final void onReached() {
        decide(ErrorCode.NONE, null);
    }

    @Override
    protected final void onFailed(ErrorCode error) {
        decide(error, null);
    }
}
