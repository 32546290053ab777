package io.barnabas.benchmarks.load;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Makes one load on one broker, from a thread of its own. */
public final class LoadGenerator implements AutoCloseable {
    /** A connection, what it does, and since when the requests in its slots have been waiting. On the loop only. */
    private final class Worker implements LoadConnection.Owner {
        private final FrameRing ring;
        private final LoadConnection connection;
        private final Work work;
        private final long[] sinceNs = new long[spec.inFlight()];

        private Worker(InetSocketAddress broker, ByteBuffer frame, Work work) {
            this.work = work;
            ring = new FrameRing(frame, spec.inFlight());
            connection = new LoadConnection(thread, broker, ring, this);
        }

        private boolean isFull() {
            return ring.isFull();
        }

        /** Sends no byte yet. */
        private void begin(long nowNs) {
            int slot = ring.nextSlot();
            work.prepare(ring.frames(), ring.frameAt(slot), slot);
            ring.queue();
            sinceNs[slot] = run.begin(nowNs);
        }

        private void beginAll() {
            long nowNs = System.nanoTime();
            while (!isFull() && run.mayBegin(nowNs)) begin(nowNs);
            if (!ring.isAllWritten()) connection.send();
        }

        @Override
        public void onAnswer(LoadConnection connection, int slot, ByteBuffer answer, long nowNs) {
            work.onAnswer(slot, answer, run);
            run.answered(sinceNs[slot], nowNs);
        }

        @Override
        public void onAnswersRead(LoadConnection connection) {
            if (!run.isOpenLoop()) beginAll();
            endIfOver();
        }
    }

    private final LoadSpec spec;
    private final LoadThread thread = new LoadThread();
    private final Worker[] workers;
    private int nextWorker;
    private LoadRun run;
    private long cpuNsBefore;
    private CompletableFuture<LoadResult> result;

    private LoadGenerator(InetSocketAddress broker, LoadSpec spec) {
        this.spec = spec;
        workers = new Worker[spec.connectionCount()];
        try (var topics = Topics.connect(broker)) {
            switch (spec.kind()) {
                case PRODUCE -> openProduce(broker, topics);
                case FETCH -> openFetch(broker, topics);
                case COMMIT -> openCommit(broker, topics);
            }
        } catch (RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    private void openProduce(InetSocketAddress broker, Topics topics) {
        var batch = Batches.of(spec, System.currentTimeMillis());
        var template = FrameTemplate.produce(topics, spec, batch);
        var work = new ProduceWork(template, spec, batch.remaining());
        for (int i = 0; i < workers.length; i++) workers[i] = new Worker(broker, template.frame(), work);
    }

    private void openFetch(InetSocketAddress broker, Topics topics) {
        var logs = new FetchWork.Logs(topics.startOffsets(spec.topic(), spec.partitionCount()), topics.endOffsets(spec.topic(), spec.partitionCount()));
        boolean isEmpty = true;
        for (int i = 0; i < spec.partitionCount(); i++) isEmpty &= logs.isEmpty(i);
        if (isEmpty) throw new LoadException("nothing to fetch: topic=" + spec.topic());
        var template = FrameTemplate.fetch(topics, spec, 1);
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(broker, template.frame(), new FetchWork(template, spec, logs, i * spec.inFlight()));
        }
    }

    private void openCommit(InetSocketAddress broker, Topics topics) {
        var groups = IntStream.range(0, workers.length).mapToObj(i -> spec.topic() + "-group-" + i).toList();
        try (var coordinator = Groups.connect(broker)) {
            coordinator.awaitReady(groups, Groups.READY_MAX);
        }
        for (int i = 0; i < workers.length; i++) {
            var template = FrameTemplate.commit(topics, spec, groups.get(i));
            workers[i] = new Worker(broker, template.frame(), new CommitWork(template, spec));
        }
    }

    /**
     * Connects all. The topic must be there, with as many partitions as the spec says at least; to fetch, with records.
     *
     * @throws LoadException if the broker does not take the connections or does not know the topic
     */
    public static LoadGenerator open(InetSocketAddress broker, LoadSpec spec) {
        return new LoadGenerator(broker, spec);
    }

    /**
     * Runs the load and waits for its end. May be called again: connections, compiled code and places in the logs stay.
     *
     * @throws LoadException at the first error of the broker; the generator then takes no more runs
     */
    public LoadResult run(Duration duration) {
        return run(Long.MAX_VALUE, duration);
    }

    /** As {@link #run(Duration)}, and ends after so many requests if that comes first. */
    public LoadResult run(long requestCountMax, Duration durationMax) {
        var completed = new CompletableFuture<LoadResult>();
        return thread.run(() -> begin(requestCountMax, durationMax, completed), completed, () -> run.answeredCount());
    }

    private void begin(long requestCountMax, Duration durationMax, CompletableFuture<LoadResult> completed) {
        result = completed;
        cpuNsBefore = thread.cpuNs();
        run = new LoadRun(spec.requestsPerSecond(), requestCountMax, System.nanoTime(), durationMax.toNanos());
        if (run.isOpenLoop()) thread.poll(this::beginDue);
        else for (var worker : workers) worker.beginAll();
        endIfOver();
    }

    /** Sends what is due, by whoever has room. @return whether more will be due */
    private boolean beginDue() {
        long nowNs = System.nanoTime();
        if (!run.mayBegin(nowNs)) return !run.hasBegunAll(nowNs);
        int firstWorker = nextWorker;
        int full = 0;
        while (full < workers.length && run.mayBegin(nowNs)) {
            var worker = workers[nextWorker];
            nextWorker = nextWorker + 1 == workers.length ? 0 : nextWorker + 1;
            if (worker.isFull()) {
                full++;
                continue;
            }
            full = 0;
            worker.begin(nowNs);
        }
        for (int i = 0; i < workers.length; i++) {
            var worker = workers[(firstWorker + i) % workers.length];
            if (!worker.ring.isAllWritten()) worker.connection.send();
        }
        return true;
    }

    private void endIfOver() {
        if (!result.isDone() && run.isOver(System.nanoTime())) result.complete(run.result(thread.cpuNs() - cpuNsBefore));
    }

    @Override
    public void close() {
        thread.close();
    }
}
