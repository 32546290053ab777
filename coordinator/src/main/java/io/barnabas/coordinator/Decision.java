package io.barnabas.coordinator;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a command, or a timer, comes to: records for the log, and who is told what once they and all records before them are
 * committed. Made by the shard for one command, filled in by the state, and of no use afterwards.
 */
public final class Decision {
    private final long nowMs;
    private final int leaderEpoch;
    private final List<CoordinatorRecord> records = new ArrayList<>(2);
    private final List<Answer<?>> answers = new ArrayList<>(1);
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private boolean isDivisible;
    private Consumer<ErrorCode> whenRefused = error -> {};

    /** Somebody to be told something. */
    record Answer<R>(Reply<R> reply, R response) {
        void give() {
            reply.answer(response);
        }
    }

    Decision(long nowMs, int leaderEpoch) {
        this.nowMs = nowMs;
        this.leaderEpoch = leaderEpoch;
    }

    /** The time of this decision and of its records, in ms since 1970. */
    public long nowMs() {
        return nowMs;
    }

    /** Of the shard's partition: a decision with a higher one was taken later. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** Proposes a record, behind those proposed before. All of a decision are stored, or none. */
    public void append(CoordinatorRecord record) {
        records.add(record);
    }

    public void appendAll(List<CoordinatorRecord> more) {
        records.addAll(more);
    }

    /** Tells somebody something when all of this decision is committed. */
    public <R> void answer(Reply<R> reply, R response) {
        answers.add(new Answer<>(reply, response));
    }

    /** The records count only once a transaction of this producer is committed. */
    public void transactional(long producerId, short producerEpoch) {
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
    }

    /** Some of the records may be stored without the others, as where many things are cleared away: for decisions of any size. */
    public void divisible() {
        isDivisible = true;
    }

    /** What to do if the records are not taken, such as for their size: nothing was applied, and the answers fail with this error. */
    public void whenRefused(Consumer<ErrorCode> task) {
        whenRefused = task;
    }

    List<CoordinatorRecord> records() {
        return records;
    }

    List<Answer<?>> answers() {
        return answers;
    }

    boolean isTransactional() {
        return producerId != RecordBatch.NO_PRODUCER_ID;
    }

    long producerId() {
        return producerId;
    }

    short producerEpoch() {
        return producerEpoch;
    }

    boolean isDivisible() {
        return isDivisible;
    }

    RecordSource source() {
        return new RecordSource(nowMs, producerId, producerEpoch);
    }

    /** The records are not taken. */
    void refuse(ErrorCode error) {
        whenRefused.accept(error);
        for (var answer : answers) answer.reply.fail(error);
    }
}
