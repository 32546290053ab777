package io.barnabas.coordinator;

import io.barnabas.base.ByteReader;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.CoordinatorRecordType;

/**
 * The state machine that a {@link CoordinatorShard} runs. What its records say is changed by {@link #apply} and
 * {@link #onTransactionEnded} alone, whether the shard loads, or appends what a command has proposed. Beside that it may hold what no
 * record says and only the one who coordinates needs: timers, parked answers. That goes when the shard is unloaded.
 *
 * <p>Owned by the shard's loop, but while it is being loaded by the thread that loads it: what its records change then arms no
 * timers, and tells nobody. Holds no threads, files or sockets.
 */
public interface CoordinatorState {
    /** The type of the records with this id; null if nobody here knows it, and such records are passed over. */
    CoordinatorRecordType recordType(short id);

    /**
     * Changes the state as a record says. Every record that a command proposes was made by this class, but one that is loaded may be
     * of any writer: where it makes no sense it is passed over.
     */
    void apply(CoordinatorRecord record, RecordSource source);

    /**
     * Changes the state as a record says that is being loaded; the same as to read it and {@link #apply} it. For those of which there are
     * millions.
     *
     * @param key   behind the type; of use during the call only, as is the value
     * @param value null for a tombstone
     * @throws io.barnabas.base.DecodeException if the bytes are not what the type says
     */
    default void replay(CoordinatorRecordType type, ByteReader key, ByteReader value, RecordSource source) {
        apply(CoordinatorRecord.read(type, key, value), source);
    }

    /** A transaction of which records were applied with this producer has ended (KIP-98). */
    void onTransactionEnded(long producerId, short producerEpoch, boolean isCommit);

    /** Everything in the log has been applied and is committed: from now on commands come. Arms timers. */
    void onLoaded(Decision decision);

    /** The shard takes no more commands: whoever is parked is told, with this error. Timers are gone already. */
    void onUnloaded(ErrorCode error);
}
