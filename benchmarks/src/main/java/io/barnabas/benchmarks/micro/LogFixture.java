package io.barnabas.benchmarks.micro;

import io.barnabas.base.Clock;
import io.barnabas.base.FileDisk;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.log.AppendOrigin;
import io.barnabas.log.AppendResult;
import io.barnabas.log.DirectoryIdentity;
import io.barnabas.log.Log;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogListener;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;

/** A log in files of its own below the temporary directory; gone when it is closed. */
final class LogFixture implements AutoCloseable {
    private static final LogListener DEAF = new LogListener() {
        @Override
        public void onWritten(Log log) {}

        @Override
        public void onFlushed(Log log) {}

        @Override
        public void onWriteFailed(Log log, long fromOffset, StorageException error) {
            throw error;
        }

        @Override
        public void onOffline(Log log, String reason) {
            throw new IllegalStateException(reason);
        }
    };

    final StepLoop loop = new StepLoop();
    /** The first one, for those who want no more. */
    final Log log;
    final Log[] logs;
    private final LogDirectory directory;
    private final Path path;
    private final RecordBatch view = new RecordBatch();

    LogFixture() {
        this(1);
    }

    LogFixture(int logCount) {
        try {
            path = Files.createTempDirectory("micro");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var disk = new FileDisk();
        LogDirectory.format(disk, path, new DirectoryIdentity(1, "micro", new Uuid(1, 2)));
        directory = LogDirectory.open(path, 1, "micro", new LogDirectory.Environment(disk, Clock.SYSTEM, Runnable::run, new Random(1), logCount + 100));
        logs = new Log[logCount];
        for (int i = 0; i < logCount; i++) logs[i] = directory.openLogNow(new TopicPartition("t", i), Samples.TOPIC_ID, LogConfig.DEFAULT, loop, DEAF);
        log = logs[0];
    }

    /** Stages a batch; it is written at the turn's end. */
    void append(ByteBuffer batch) {
        append(log, batch);
    }

    void append(Log target, ByteBuffer batch) {
        var appended = target.append(view.wrap(batch, 0), 0, AppendOrigin.CLIENT);
        if (!(appended instanceof AppendResult.Appended)) throw new IllegalStateException("refused: " + appended);
    }

    @Override
    public void close() {
        for (var each : logs) each.close();
        directory.close();
        try (var files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
