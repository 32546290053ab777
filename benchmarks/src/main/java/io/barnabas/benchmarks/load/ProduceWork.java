package io.barnabas.benchmarks.load;

import java.nio.ByteBuffer;

/** Writes the same batch to one partition after the other, whatever the connection: shared by all. */
final class ProduceWork implements Work {
    private final FrameTemplate template;
    private final int partitionCount;
    private final int recordCount;
    private final int batchBytes;
    private int nextPartition;

    ProduceWork(FrameTemplate template, LoadSpec spec, int batchBytes) {
        this.template = template;
        this.batchBytes = batchBytes;
        partitionCount = spec.partitionCount();
        recordCount = spec.recordCount();
    }

    @Override
    public void prepare(ByteBuffer frames, int frameAt, int slot) {
        frames.putInt(frameAt + template.partitionAt(), nextPartition);
        nextPartition = nextPartition + 1 == partitionCount ? 0 : nextPartition + 1;
    }

    @Override
    public void onAnswer(int slot, ByteBuffer answer, LoadRun run) {
        Answers.produced(answer, template.namesTopicsById());
        run.addRecords(recordCount, batchBytes);
    }
}
