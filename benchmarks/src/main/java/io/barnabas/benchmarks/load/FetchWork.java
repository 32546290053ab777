package io.barnabas.benchmarks.load;

import java.nio.ByteBuffer;

/**
 * Reads logs from their start to their end, one partition after the other and then the first again. Each slot of the
 * connection is a reader of its own, with its own place and, if asked for, its own fetch session.
 */
final class FetchWork implements Work, Answers.FetchedPartitions {
    /** Where the logs begin and ended when the load was opened, by partition. */
    record Logs(long[] startOffsets, long[] endOffsets) {
        boolean isEmpty(int partition) {
            return startOffsets[partition] >= endOffsets[partition];
        }
    }

    private static final class Reader {
        private int partition;
        private long offset;
        private int sessionId;
        private int sessionEpoch;
    }

    private final FrameTemplate template;
    private final boolean inSessions;
    private final Logs logs;
    private final Reader[] readers;
    private Reader answered;
    private LoadRun run;

    /** @param firstReader the number of this connection's first reader among those of all connections */
    FetchWork(FrameTemplate template, LoadSpec spec, Logs logs, int firstReader) {
        this.template = template;
        this.logs = logs;
        inSessions = spec.fetchSessions();
        readers = new Reader[spec.inFlight()];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = new Reader();
            beginLog(readers[i], (firstReader + i) % spec.partitionCount());
        }
    }

    @Override
    public void prepare(ByteBuffer frames, int frameAt, int slot) {
        var reader = readers[slot];
        frames.putInt(frameAt + template.partitionAt(), reader.partition);
        frames.putLong(frameAt + template.offsetAt(), reader.offset);
        if (!inSessions) return;
        frames.putInt(frameAt + template.sessionIdAt(), reader.sessionId);
        frames.putInt(frameAt + template.sessionIdAt() + Integer.BYTES, reader.sessionEpoch);
    }

    @Override
    public void onAnswer(int slot, ByteBuffer answer, LoadRun run) {
        this.run = run;
        answered = readers[slot];
        int partition = answered.partition;
        int sessionId = Answers.fetched(answer, template.namesTopicsById(), this);
        if (!inSessions) return;
        // Another partition is another session; a broker that has no room for a session gives none.
        boolean goesOn = sessionId != 0 && partition == answered.partition;
        answered.sessionId = sessionId;
        answered.sessionEpoch = goesOn ? answered.sessionEpoch + 1 : 0;
    }

    @Override
    public void onPartition(int partition, long highWatermark, ByteBuffer buffer, int recordsAt, int recordBytes) {
        long next = Answers.nextOffset(buffer, recordsAt, recordBytes);
        if (partition != answered.partition || next <= answered.offset) {
            throw new LoadException("no whole batch in the answer: partition=%d offset=%d high watermark=%d bytes=%d"
                    .formatted(partition, answered.offset, highWatermark, recordBytes));
        }
        run.addRecords(next - answered.offset, recordBytes);
        answered.offset = next;
        if (next >= logs.endOffsets[partition]) beginLog(answered, partition + 1);
    }

    private void beginLog(Reader reader, int partition) {
        int next = partition % logs.endOffsets.length;
        while (logs.isEmpty(next)) next = (next + 1) % logs.endOffsets.length;
        reader.partition = next;
        reader.offset = logs.startOffsets[next];
    }
}
