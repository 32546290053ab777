package io.barnabas.benchmarks.micro;

import io.barnabas.model.CompressionType;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.RecordValidation;
import io.barnabas.model.ValidationResult;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Everything that is checked of one batch of records of 100 bytes: checksum, header, each record's fields. */
public class BatchValidation extends Micro {
    private static final int PRODUCE_VERSION = 13;

    @Param({"1", "100"}) public int records;
    @Param public CompressionType codec;
    private final RecordBatchValidator validator = new RecordBatchValidator();
    private ByteBuffer batch;

    @Setup
    public void setUp() {
        batch = Samples.batch(records, 100, codec);
        if (!(validate() instanceof ValidationResult.Accepted)) throw new IllegalStateException("refused: " + validate());
    }

    @Benchmark
    public ValidationResult validate() {
        return validator.validate(batch, RecordValidation.DEFAULT, PRODUCE_VERSION, Samples.NOW_MS);
    }
}
