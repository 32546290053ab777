package io.barnabas.systemtests;

import io.barnabas.model.ControlRecordType;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.ListOffsetsRequest;
import io.barnabas.protocol.message.ListOffsetsResponse;
import io.barnabas.systemtests.WrittenDirectory.State;
import io.barnabas.systemtests.WrittenDirectory.Written;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * One partition as consumers get it, as far as they get without an error, compared with what was written there. It reads as Apache
 * Kafka's consumer does, checksums and aborted transactions included, but takes every error for the end.
 */
final class ServedRecords {
    static final String ABORTED = "aborted record is shown: offset=";
    /** Until the leader has opened its log and knows what is committed there. */
    private static final Set<ErrorCode> PASSING = Set.of(ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.LEADER_NOT_AVAILABLE, ErrorCode.OFFSET_NOT_AVAILABLE);
    private static final int VERSION = 11;
    private static final int BYTES_MAX = 300_000;
    private static final long OPENED_SECONDS_MAX = 20;
    private static final int TIMES_ASKED = 12;

    private final RawClient client;
    private final State state;
    private final String topic;
    private final TreeMap<Long, Written> written;
    private final List<String> problems = new ArrayList<>();
    /** Null unless something was refused. */
    private String error;
    private long firstMissing = Long.MAX_VALUE;

    private ServedRecords(RawClient client, State state, String topic) {
        this.client = client;
        this.state = state;
        this.topic = topic;
        this.written = state.records().get(topic);
    }

    static ServedRecords of(Broker broker, State state, String topic, RandomGenerator random) throws IOException {
        try (var client = new RawClient(broker.port())) {
            var served = new ServedRecords(client, state, topic);
            served.awaitOpened();
            served.readAll(false);
            served.readAll(true);
            // A marker has the time of its writing.
            if (!topic.equals(WrittenDirectory.MARKED)) served.askForTimes(random);
            return served;
        }
    }

    /** What is wrong whatever has happened to the files: records that nobody wrote there, in another order, at another time. */
    List<String> problems() {
        return problems;
    }

    /** The first refusal that was met; null if there was none. */
    String error() {
        return error;
    }

    /** The first offset that was acknowledged and is not there although nobody said so, {@link Long#MAX_VALUE} for none. */
    long firstMissing() {
        return firstMissing;
    }

    /** Waits until the partition has been opened and leads, or is refused. */
    private void awaitOpened() throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPENED_SECONDS_MAX);
        ErrorCode found;
        do {
            found = ErrorCode.of(offsetOf(-1).errorCode());
        } while (PASSING.contains(found) && System.nanoTime() < deadlineNs);
    }

    private ListOffsetsResponse.ListOffsetsPartitionResponse offsetOf(long timestamp) throws IOException {
        var asked = new ListOffsetsRequest.ListOffsetsTopic().setName(topic);
        asked.partitions().add(new ListOffsetsRequest.ListOffsetsPartition().setPartitionIndex(0).setCurrentLeaderEpoch(-1).setTimestamp(timestamp));
        var request = new ListOffsetsRequest().setReplicaId(-1);
        request.topics().add(asked);
        return ((ListOffsetsResponse) client.ask(request, 7)).topics().get(0).partitions().get(0);
    }

    private FetchResponse.PartitionData fetch(long offset, boolean isCommitted) throws IOException {
        var request = Witness.fetch(topic, 0, offset).setReplicaId(-1).setMaxWaitMs(0).setSessionEpoch(-1).setIsolationLevel((byte) (isCommitted ? 1 : 0));
        request.topics().get(0).partitions().get(0).setPartitionMaxBytes(BYTES_MAX).setCurrentLeaderEpoch(-1);
        return ((FetchResponse) client.ask(request, VERSION)).responses().get(0).partitions().get(0);
    }

    private void readAll(boolean isCommitted) throws IOException {
        var found = new TreeMap<Long, String>();
        long offset = 0;
        long end = Long.MAX_VALUE;
        var before = error;
        error = null;
        while (offset < end && error == null) {
            FetchResponse.PartitionData answer;
            try {
                answer = fetch(offset, isCommitted);
            } catch (IOException e) {
                refuse("connection ended at offset=" + offset);
                break;
            }
            var code = ErrorCode.of(answer.errorCode());
            if (code != ErrorCode.NONE) {
                if (code == ErrorCode.OFFSET_OUT_OF_RANGE || code == ErrorCode.UNKNOWN_SERVER_ERROR) problems.add(code + " at offset=" + offset);
                refuse(code + " at offset=" + offset);
                break;
            }
            end = isCommitted ? answer.lastStableOffset() : answer.highWatermark();
            long next = take(answer, offset, isCommitted, found);
            if (next == offset && offset < end && error == null) refuse("nothing comes at offset=" + offset + " end=" + end);
            offset = next;
        }
        // Who reads from the beginning on has all that was written up to where there is an error.
        long complete = error == null ? Long.MAX_VALUE : offset;
        for (var line : written.headMap(complete).entrySet()) {
            boolean isExpected = !isCommitted || line.getValue().isCommitted();
            if (isExpected && !found.containsKey(line.getKey())) firstMissing = Math.min(firstMissing, line.getKey());
        }
        if (before != null) error = before;
    }

    private void refuse(String why) {
        error = why;
    }

    /** @return where to go on */
    private long take(FetchResponse.PartitionData answer, long offset, boolean isCommitted, TreeMap<Long, String> found) {
        var records = answer.records();
        var bytes = records == null ? java.nio.ByteBuffer.allocate(0) : records.toByteBuffer();
        var aborted = new ArrayList<FetchResponse.AbortedTransaction>();
        if (answer.abortedTransactions() != null) aborted.addAll(answer.abortedTransactions());
        var abortedNow = new HashSet<Long>();
        var batch = new RecordBatch();
        long next = offset;
        for (int at = bytes.position(); bytes.limit() - at >= RecordBatch.HEADER_BYTES; at = batch.endPosition()) {
            int length = bytes.getInt(at + Long.BYTES);
            if (length > bytes.limit() - at - RecordBatch.LENGTH_PREFIX_BYTES) break;
            // What follows is what every consumer checks before it gives a record to anybody.
            if (length < RecordBatch.HEADER_BYTES - RecordBatch.LENGTH_PREFIX_BYTES || bytes.get(at + 16) != RecordBatch.MAGIC || !batch.wrap(bytes, at).isValidCrc()) {
                refuse("corrupt batch after offset=" + next);
                return next;
            }
            if (isCommitted && isAborted(batch, aborted, abortedNow)) {
                next = batch.nextOffset();
                continue;
            }
            takeRecords(batch, offset, next, isCommitted, found);
            next = batch.nextOffset();
        }
        return next;
    }

    /** As the protocol describes it: a transaction is aborted from its first offset to its marker. */
    private static boolean isAborted(RecordBatch batch, List<FetchResponse.AbortedTransaction> aborted, HashSet<Long> abortedNow) {
        aborted.removeIf(transaction -> transaction.firstOffset() <= batch.lastOffset() && abortedNow.add(transaction.producerId()));
        if (!batch.hasProducerId() || !abortedNow.contains(batch.producerId())) return false;
        if (!batch.isControl()) return true;
        try (var records = batch.records(1 << 20)) {
            if (ControlRecordType.ofKey(records.next().key()) == ControlRecordType.ABORT) abortedNow.remove(batch.producerId());
        }
        return true;
    }

    private void takeRecords(RecordBatch batch, long fetched, long next, boolean isCommitted, TreeMap<Long, String> found) {
        if (batch.isControl()) return;
        try (var records = batch.records(1 << 24)) {
            for (var record = records.next(); record != null; record = records.next()) {
                if (record.offset() < fetched) continue;
                var value = java.nio.charset.StandardCharsets.UTF_8.decode(record.value().duplicate()).toString();
                var expected = written.get(record.offset());
                if (expected == null) {
                    if (record.offset() < state.endOffsets().get(topic)) problems.add("nobody wrote offset=" + record.offset() + " value=" + shortened(value));
                } else if (!expected.value().equals(value) || expected.timestampMs() != record.timestamp()) {
                    problems.add("offset=%d is another one: expected=%s found=%s".formatted(record.offset(), shortened(expected.value()), shortened(value)));
                }
                if (isCommitted && expected != null && !expected.isCommitted()) problems.add(ABORTED + record.offset());
                if (record.offset() < next) problems.add("offsets go back: next=%d found=%d".formatted(next, record.offset()));
                found.put(record.offset(), value);
            }
        }
    }

    private static String shortened(String value) {
        return value.substring(0, Math.min(20, value.length()));
    }

    private void askForTimes(RandomGenerator random) throws IOException {
        // Of a log that was cut only what is left can be asked for.
        var left = written.headMap(firstMissing);
        if (left.isEmpty() || error != null && left.firstKey() != 0) return;
        for (int i = 0; i < TIMES_ASKED; i++) {
            long time = i == 0 ? latest(left) : written.get(random.nextLong(written.size())).timestampMs() + random.nextInt(-1, 2);
            ListOffsetsResponse.ListOffsetsPartitionResponse answer;
            try {
                answer = offsetOf(time);
            } catch (IOException e) {
                error = "connection ended at time=" + time;
                return;
            }
            if (answer.errorCode() != 0) {
                error = ErrorCode.of(answer.errorCode()) + " at time=" + time;
                return;
            }
            long expected = left.entrySet().stream().filter(line -> line.getValue().timestampMs() >= time).map(Map.Entry::getKey).findFirst().orElse(-1L);
            if (answer.offset() != expected) problems.add("time=%d is found at offset=%d expected=%d".formatted(time, answer.offset(), expected));
        }
    }

    private static long latest(Map<Long, Written> records) {
        return records.values().stream().mapToLong(Written::timestampMs).max().orElse(0);
    }
}
