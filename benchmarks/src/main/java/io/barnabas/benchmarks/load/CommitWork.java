package io.barnabas.benchmarks.load;

import java.nio.ByteBuffer;

/** Commits an offset of each partition of a topic for one group, a higher one each time. */
final class CommitWork implements Work {
    private final FrameTemplate template;
    private final int partitionCount;
    private long nextOffset = 1;

    CommitWork(FrameTemplate template, LoadSpec spec) {
        this.template = template;
        partitionCount = spec.partitionCount();
    }

    @Override
    public void prepare(ByteBuffer frames, int frameAt, int slot) {
        for (int i = 0; i < partitionCount; i++) frames.putLong(frameAt + template.offsetAt(i), nextOffset);
        nextOffset++;
    }

    @Override
    public void onAnswer(int slot, ByteBuffer answer, LoadRun run) {
        int committed = Answers.committed(answer, template.namesTopicsById());
        if (committed != partitionCount) throw new LoadException("not all is committed: partitions=%d wanted=%d".formatted(committed, partitionCount));
        run.addRecords(partitionCount, 0);
    }
}
