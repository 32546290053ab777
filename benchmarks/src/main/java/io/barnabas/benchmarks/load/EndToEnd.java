package io.barnabas.benchmarks.load;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;

/**
 * Produces at a fixed rate and consumes by long polls, in one thread; nobody else may write to the topic. All latencies
 * count from when a request was due. Request <i>n</i> of a run goes to partition <i>n</i> mod their number, always
 * through the same connection, so that a record's offset alone tells when it was due.
 */
public final class EndToEnd implements AutoCloseable {
    /**
     * @param acknowledgedNs until the produce was answered
     * @param consumedNs     until its last record was in the consumer's hands
     * @param latenessNs     until the produce was written
     * @param fetchCount     answers that the consumer had
     */
    public record Result(long requestCount, double seconds, Histogram acknowledgedNs, Histogram consumedNs, Histogram latenessNs,
            long fetchCount, long ownCpuNs) {}

    private final class Producer implements LoadConnection.Owner {
        private final FrameRing ring = new FrameRing(produce.frame(), spec.inFlight());
        private final LoadConnection connection;
        /** By slot: the number of the request in its run. */
        private final long[] numbers = new long[spec.inFlight()];

        private Producer(InetSocketAddress broker) {
            connection = new LoadConnection(thread, broker, ring, this);
        }

        private void begin(long number, int partition) {
            int slot = ring.nextSlot();
            ring.frames().putInt(ring.frameAt(slot) + produce.partitionAt(), partition);
            numbers[slot] = number;
            ring.queue();
        }

        @Override
        public void onAnswer(LoadConnection connection, int slot, ByteBuffer answer, long nowNs) {
            long baseOffset = Answers.produced(answer, produce.namesTopicsById());
            long number = numbers[slot];
            int partition = (int) (number % spec.partitionCount());
            long expected = firstOffsets[partition] + number / spec.partitionCount() * spec.recordCount();
            if (baseOffset != expected) {
                throw new LoadException("somebody else writes to the topic: topic=%s partition=%d offset=%d expected=%d"
                        .formatted(spec.topic(), partition, baseOffset, expected));
            }
            run.answered(run.dueNs(number), nowNs);
        }

        @Override
        public void onAnswersRead(LoadConnection connection) {
            endIfOver();
        }
    }

    /** One connection that always waits for whatever comes next in any partition. */
    private final class Consumer implements LoadConnection.Owner, Answers.FetchedPartitions {
        private final FrameRing ring = new FrameRing(fetch.frame(), 1);
        private final LoadConnection connection;
        private long nowNs;
        private int sessionEpoch;

        private Consumer(InetSocketAddress broker) {
            connection = new LoadConnection(thread, broker, ring, this);
            for (int i = 0; i < nextOffsets.length; i++) ring.frames().putLong(fetch.offsetAt(i), nextOffsets[i]);
        }

        private void fetchNext() {
            ring.queue();
            connection.send();
        }

        @Override
        public void onAnswer(LoadConnection connection, int slot, ByteBuffer answer, long nowNs) {
            this.nowNs = nowNs;
            fetchCount++;
            int sessionId = Answers.fetched(answer, fetch.namesTopicsById(), this);
            if (!spec.fetchSessions()) return;
            sessionEpoch = sessionId == 0 ? 0 : sessionEpoch + 1;
            ring.frames().putInt(fetch.sessionIdAt(), sessionId).putInt(fetch.sessionIdAt() + Integer.BYTES, sessionEpoch);
        }

        @Override
        public void onPartition(int partition, long highWatermark, ByteBuffer buffer, int recordsAt, int recordBytes) {
            long next = Answers.nextOffset(buffer, recordsAt, recordBytes);
            // A batch is whole or absent, and each request is one batch.
            for (; nextOffsets[partition] < next; nextOffsets[partition] += spec.recordCount()) {
                long index = (nextOffsets[partition] - firstOffsets[partition]) / spec.recordCount();
                long dueNs = run.dueNs(index * spec.partitionCount() + partition);
                consumedNs.recordValue(Math.max(1, nowNs - dueNs));
            }
            ring.frames().putLong(fetch.offsetAt(partition), nextOffsets[partition]);
        }

        @Override
        public void onAnswersRead(LoadConnection connection) {
            // It is still full when a part of an answer has come.
            if (!ring.isFull()) fetchNext();
            endIfOver();
        }
    }

    private final LoadSpec spec;
    private final LoadThread thread = new LoadThread();
    private final FrameTemplate produce;
    private final FrameTemplate fetch;
    private final Producer[] producers;
    private final Consumer consumer;
    /** By partition: the next one to be consumed; and that of the run's first request. */
    private final long[] nextOffsets;
    private final long[] firstOffsets;
    private LoadRun run;
    private Histogram consumedNs;
    private long fetchCount;
    private long cpuNsBefore;
    private boolean isFetching;
    private CompletableFuture<Result> result;

    private EndToEnd(InetSocketAddress broker, LoadSpec spec) {
        if (spec.kind() != LoadSpec.Kind.PRODUCE || spec.requestsPerSecond() == 0) throw new IllegalArgumentException("end to end wants a produce with a rate: " + spec);
        this.spec = spec;
        try (var topics = Topics.connect(broker)) {
            nextOffsets = topics.endOffsets(spec.topic(), spec.partitionCount());
            firstOffsets = nextOffsets.clone();
            produce = FrameTemplate.produce(topics, spec, Batches.of(spec, System.currentTimeMillis()));
            fetch = FrameTemplate.fetch(topics, spec, spec.partitionCount());
            producers = new Producer[spec.connectionCount()];
            for (int i = 0; i < producers.length; i++) producers[i] = new Producer(broker);
            consumer = new Consumer(broker);
        } catch (RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    /**
     * Connects all.
     *
     * @param spec a produce with a rate, which also says how to fetch; connectionCount is that of the producers, one more
     *             consumes all partitions
     * @throws LoadException if the broker does not take the connections or does not know the topic
     */
    public static EndToEnd open(InetSocketAddress broker, LoadSpec spec) {
        return new EndToEnd(broker, spec);
    }

    /**
     * Runs and waits for its end, when all that was produced is consumed. May be called again.
     *
     * @throws LoadException at the first error of the broker, or if it does not keep up; there are then no more runs
     */
    public Result run(Duration duration) {
        var completed = new CompletableFuture<Result>();
        return thread.run(() -> begin(duration, completed), completed, () -> run.answeredCount() + consumedNs.getTotalCount());
    }

    private void begin(Duration duration, CompletableFuture<Result> completed) {
        result = completed;
        cpuNsBefore = thread.cpuNs();
        System.arraycopy(nextOffsets, 0, firstOffsets, 0, nextOffsets.length);
        consumedNs = LoadRun.histogram();
        fetchCount = 0;
        run = new LoadRun(spec.requestsPerSecond(), Long.MAX_VALUE, System.nanoTime(), duration.toNanos());
        if (!isFetching) consumer.fetchNext();
        isFetching = true;
        thread.poll(this::beginDue);
    }

    /** Sends what is due. A connection that is full holds the others up: the order of the requests tells their offsets. */
    private boolean beginDue() {
        long nowNs = System.nanoTime();
        if (!run.mayBegin(nowNs)) return !run.hasBegunAll(nowNs);
        while (run.mayBegin(nowNs)) {
            long number = run.begunCount();
            int partition = (int) (number % spec.partitionCount());
            var producer = producers[partition % producers.length];
            if (producer.ring.isFull()) break;
            producer.begin(number, partition);
            run.begin(nowNs);
        }
        for (var producer : producers) if (!producer.ring.isAllWritten()) producer.connection.send();
        return true;
    }

    private void endIfOver() {
        if (result.isDone() || !run.isOver(System.nanoTime()) || consumedNs.getTotalCount() < run.begunCount()) return;
        result.complete(new Result(run.answeredCount(), run.seconds(), run.latencyNs(), consumedNs, run.latenessNs(), fetchCount,
                thread.cpuNs() - cpuNsBefore));
    }

    @Override
    public void close() {
        thread.close();
    }
}
