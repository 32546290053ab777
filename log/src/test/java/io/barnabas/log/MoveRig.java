package io.barnabas.log;

import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.RecordBatch;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk;
import io.barnabas.testkit.SimulatedLoop;
import io.barnabas.testkit.Simulation;
import java.util.List;

/** One log in one of two directories, each on a disk of its own, and what its broker and the controller do for a move. */
final class MoveRig implements LogMove.Owner, LogListener {
    final Simulation simulation;
    final SimulatedDisk[] disks = new SimulatedDisk[2];
    final LogDirectory[] directories = new LogDirectory[2];
    LogConfig config;
    int pieceBytes = 300;
    SimulatedLoop loop;
    SimulatedLoop[] workers;
    Log log;
    LogMove move;
    private LogMove cancelled;
    private boolean isWanted;
    /** What the controller knows, which survives everything. */
    int assigned;
    /** Nothing may be appended. */
    boolean isHeld;
    /** How long the controller takes to hear where the log will lie. */
    long tellingMs;
    int movedCount;
    int postponedCount;
    String failure;
    boolean isOffline;
    MovePace pace;

    MoveRig(long seed, LogConfig config) {
        this.simulation = new Simulation(seed);
        this.config = config;
        for (int i = 0; i < 2; i++) {
            disks[i] = LogRig.formattedDisk(simulation, new Uuid(1, 2 + i));
        }
        start();
    }

    void start() {
        loop = simulation.newLoop("loop");
        workers = new SimulatedLoop[] {simulation.newLoop("first"), simulation.newLoop("second")};
        pace = new MovePace(simulation.clock(), 1, pieceBytes, 1000);
        isHeld = false;
        isOffline = false;
        move = null;
        cancelled = null;
        isWanted = false;
        for (int i = 0; i < 2; i++) {
            var random = Seeds.random(simulation.random().nextLong());
            directories[i] = LogRig.openDirectory(disks[i], simulation, workers[i], random, LogCleaner.Limits.DEFAULT, LogRig.RECENT_BYTES, 20);
        }
        int place = place();
        log = directories[place].openLogNow(LogRig.PARTITION, LogRig.TOPIC_ID, config, loop, this);
        assigned = place;
        if (directories[1 - place].futures().contains(LogRig.PARTITION)) move();
    }

    /** Of two logs the one counts that the controller knows; where there is one, that counts. */
    private int place() {
        boolean isFirst = directories[0].contains(LogRig.PARTITION);
        boolean isSecond = directories[1].contains(LogRig.PARTITION);
        if (isFirst && isSecond) directories[1 - assigned].setAside(LogRig.PARTITION);
        return isFirst && isSecond ? assigned : isSecond ? 1 : 0;
    }

    int here() {
        return log.directory() == directories[0] ? 0 : 1;
    }

    void move() {
        if (move != null || isWanted) return;
        isWanted = true;
        if (cancelled == null) begin();
        else cancelled.whenEnded(this::begin);
    }

    private void begin() {
        isWanted = false;
        cancelled = null;
        move = LogMove.start(log, directories[1 - here()], config, this, pace, this);
    }

    void cancel() {
        if (move == null || move.isPromoting()) return;
        move.cancel();
        cancelled = move;
        move = null;
        isHeld = false;
        assigned = here();
    }

    @Override
    public void onCaughtUp(LogMove caughtUp) {
        int target = 1 - here();
        loop.schedule(tellingMs, () -> {
            if (move != caughtUp) return;
            assigned = target;
            isHeld = true;
            caughtUp.finish();
        });
    }

    @Override
    public void onPostponed(LogMove postponed) {
        isHeld = false;
        postponedCount++;
    }

    @Override
    public void onMoved(LogMove done, Log moved) {
        log = moved;
        move = null;
        isHeld = false;
        isOffline = false;
        movedCount++;
    }

    @Override
    public void onFailed(LogMove failed, String reason, boolean isAmbiguous) {
        failure = reason;
        assigned = here();
        move = null;
        isHeld = false;
    }

    void stop() {
        if (move != null) simulation.runFor(0);
        if (move != null && move.isPromoting()) simulation.runFor(10);
        if (move != null) move.stop();
        log.close();
        for (var directory : directories) directory.closeCleanly(5);
        killLoops();
    }

    void killLoops() {
        loop.kill();
        for (var worker : workers) worker.kill();
    }

    void kill() {
        killLoops();
        for (var disk : disks) disk.killProcess();
        start();
    }

    void powerCut() {
        killLoops();
        for (var disk : disks) disk.crash(simulation.random());
        start();
    }

    /** Until nothing moves any more. */
    void settle() {
        for (int i = 0; i < 100 && move != null; i++) simulation.runFor(1000);
        if (move != null) throw new AssertionError("the move does not end: lag=" + move.lag());
    }

    AppendResult append(RecordBatch batch, int epoch) {
        return log.append(batch, epoch, AppendOrigin.CLIENT);
    }

    void write(String... values) {
        append(LogRig.batch(simulation.clock().nowMs(), values), 0);
        if (!log.write()) throw new AssertionError("not written");
    }

    List<String> values() {
        return LogRig.values(log, log.logStartOffset(), log.endOffset(), 1000);
    }

    @Override
    public void onWritten(Log written) {
        if (move != null) move.onSourceChanged();
    }

    @Override
    public void onFlushed(Log flushed) {}

    @Override
    public void onWriteFailed(Log log, long fromOffset, StorageException error) {
        if (move != null) move.onSourceChanged();
    }

    @Override
    public void onOffline(Log offline, String reason) {
        isOffline = true;
    }

    @Override
    public void onLogStartMoved(Log log) {
        if (move != null) move.onSourceChanged();
    }
}
