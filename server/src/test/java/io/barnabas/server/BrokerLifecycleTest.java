package io.barnabas.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.log.AppendOrigin;
import io.barnabas.log.DirectoryIdentity;
import io.barnabas.log.Log;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogListener;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.message.BrokerHeartbeatRequest;
import io.barnabas.protocol.message.BrokerHeartbeatResponse;
import io.barnabas.protocol.message.BrokerRegistrationRequest;
import io.barnabas.protocol.message.BrokerRegistrationResponse;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk;
import io.barnabas.testkit.SimulatedLoop;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A broker and a controller that answers when the test wants it to. */
class BrokerLifecycleTest {
    private static final Uuid FIRST = new Uuid(1, 1);
    private static final Uuid SECOND = new Uuid(2, 2);
    private static final LogListener DEAF = new LogListener() {
        @Override
        public void onWritten(Log log) {}

        @Override
        public void onFlushed(Log log) {}

        @Override
        public void onWriteFailed(Log log, long fromOffset, StorageException error) {}

        @Override
        public void onOffline(Log log, String reason) {}
    };
    private static final int INTERVAL_MS = 2_000;
    private static final long FAILURE_TIMEOUT_MS = 30_000;

    private final SimulatedLoop loop = SimulatedLoop.alone();
    private final SimulatedDisk disk = new SimulatedDisk(loop.clock());
    private final LogDirectory first = directory("/first", FIRST);
    private final LogDirectory second = directory("/second", SECOND);
    private final List<BrokerHeartbeatRequest> asked = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private CompletableFuture<BrokerHeartbeatResponse> answer;
    /** Null while the controller does not answer. */
    private ErrorCode answers = ErrorCode.NONE;
    private final BrokerLifecycle lifecycle = new BrokerLifecycle(loop, request -> CompletableFuture.completedStage(new BrokerRegistrationResponse().setBrokerEpoch(7)),
            this::onHeartbeat, new BrokerEpoch(1), new MetadataCache(1), new LogDirectories(List.of(first, second), List.of()),
            INTERVAL_MS, FAILURE_TIMEOUT_MS, ends::add);

    private LogDirectory directory(String path, Uuid id) {
        LogDirectory.format(disk, Path.of(path), new DirectoryIdentity(1, "cluster", id));
        return LogDirectory.open(Path.of(path), 1, "cluster", new LogDirectory.Environment(disk, loop.clock(), loop, Seeds.random(1), 10));
    }

    private CompletionStage<BrokerHeartbeatResponse> onHeartbeat(BrokerHeartbeatRequest request) {
        asked.add(request);
        answer = new CompletableFuture<>();
        if (answers != null) answer(answers);
        return answer;
    }

    private void answer(ErrorCode error) {
        answer.complete(new BrokerHeartbeatResponse().setErrorCode(error.code()).setIsFenced(false));
    }

    /** Has a directory fail, as an error of the disk does. */
    private void fail(LogDirectory directory) {
        directory.onOffline(() -> lifecycle.onDirectoryFailed(directory.id()));
        var log = directory.openLogNow(new TopicPartition("t", 0), new Uuid(3, 3), LogConfig.DEFAULT, loop, DEAF);
        var batch = new RecordBatchBuilder().append(loop.clock().nowMs(), null, ByteBuffer.allocate(1)).build();
        log.append(new RecordBatch().wrap(batch, 0), 0, AppendOrigin.CLIENT);
        disk.failOn((call, path) -> call == SimulatedDisk.Call.WRITE && path.startsWith(directory.path()));
        loop.simulation().runUntilIdle();
        disk.failOn(null);
        assertTrue(directory.isOffline());
    }

    @BeforeEach
    void start() {
        lifecycle.start(new BrokerRegistrationRequest());
        loop.simulation().runFor(10 * INTERVAL_MS);
        assertTrue(asked.size() >= 10);
    }

    private void runFor(long ms) {
        loop.simulation().runFor(ms);
    }

    private List<Uuid> toldLast() {
        return asked.get(asked.size() - 1).offlineLogDirs();
    }

    @Test
    void aFailedDirectoryIsToldAtOnceAndTheBrokerGoesOn() {
        int before = asked.size();
        fail(second);
        assertEquals(before + 1, asked.size());
        assertEquals(List.of(SECOND), toldLast());
        runFor(2 * FAILURE_TIMEOUT_MS);
        assertEquals(List.of(), ends);
        assertEquals(List.of(SECOND), toldLast(), "for as long as it is");
    }

    @Test
    void aBrokerWhoseControllerDoesNotHearOfAFailedDirectoryInTimeEnds() {
        answers = null;
        fail(second);
        runFor(FAILURE_TIMEOUT_MS - 1);
        assertEquals(List.of(), ends);
        runFor(1);
        assertEquals(1, ends.size());
        assertTrue(ends.get(0).contains(SECOND.toString()), ends.get(0));
    }

    @Test
    void aRefusedOrLostHeartbeatHasToldNothing() {
        answers = ErrorCode.STALE_BROKER_EPOCH;
        fail(second);
        runFor(FAILURE_TIMEOUT_MS / 2);
        answers = null;
        runFor(INTERVAL_MS);
        answer.completeExceptionally(new IllegalStateException("gone"));
        runFor(FAILURE_TIMEOUT_MS / 2 - INTERVAL_MS);
        assertEquals(1, ends.size());
    }

    @Test
    void anAnswerInTimeIsEnough() {
        answers = null;
        fail(second);
        runFor(FAILURE_TIMEOUT_MS - 1);
        answer(ErrorCode.NONE);
        runFor(FAILURE_TIMEOUT_MS);
        assertEquals(List.of(), ends);
    }

    @Test
    void eachDirectoryHasItsOwnTimeAndAnAnswerTellsOfThoseThatItsHeartbeatNamed() {
        answers = null;
        fail(first);
        runFor(FAILURE_TIMEOUT_MS - 5_000);
        fail(second);
        assertEquals(List.of(FIRST), toldLast(), "the second one failed while that was on its way");
        answer(ErrorCode.NONE);
        runFor(FAILURE_TIMEOUT_MS - 1);
        assertEquals(List.of(FIRST, SECOND), toldLast());
        assertEquals(List.of(), ends);
        runFor(1);
        assertEquals(1, ends.size());
        assertTrue(ends.get(0).contains(SECOND.toString()), ends.get(0));
    }

    @Test
    void aBrokerThatStopsDoesNotEndForIt() {
        answers = null;
        fail(second);
        lifecycle.stop();
        runFor(2 * FAILURE_TIMEOUT_MS);
        assertEquals(List.of(), ends);
    }
}
