package io.barnabas.replication;

import io.barnabas.log.Log;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogMove;
import io.barnabas.log.MovePace;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition on its way to another log directory of this broker, while it is written and read (KIP-113, KIP-858). When the copy has
 * caught up, the controller is told of the directory first; then appends wait for some milliseconds while the copy is completed and takes
 * the log's place. Whoever waits for an acknowledgement or for records goes on waiting, and is served by the new log. Owned by the
 * partition's loop.
 */
public final class PartitionMove implements LogMove.Owner {
    /** What a move asks of the broker around it; called on the partition's loop. */
    public interface Broker {
        /** @return done, on any thread, when the controller knows that the partition lies in a directory */
        CompletionStage<Void> tell(Partition partition, LogDirectory directory);
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(PartitionMove.class);

    private final Partition partition;
    private final Log source;
    private final Broker broker;
    private final LogMove copying;
    private boolean isTold;
    private boolean isOver;

    private PartitionMove(Partition partition, LogDirectory directory, MovePace pace, Broker broker) {
        this.partition = partition;
        this.source = partition.log();
        this.broker = broker;
        this.copying = LogMove.start(source, directory, partition.config().log(), partition, pace, this);
    }

    /** Begins one, or goes on with what an earlier process has copied. The partition {@link Partition#isOnline}, and has no move. */
    public static void start(Partition partition, LogDirectory directory, MovePace pace, Broker broker) {
        partition.setMove(new PartitionMove(partition, directory, pace, broker));
    }

    public LogDirectory directory() {
        return copying.directory();
    }

    /** Bytes of the copy. */
    public long sizeInBytes() {
        return copying.sizeInBytes();
    }

    /** How many offsets the copy lacks. */
    public long lag() {
        return copying.lag();
    }

    /** Whether there is a copy to see. */
    public boolean isOpen() {
        return copying.isOpen();
    }

    void configure(LogConfig config) {
        copying.reconfigure(config);
    }

    void onSourceChanged() {
        copying.onSourceChanged();
    }

    /**
     * Gives it up and deletes the copy.
     *
     * @return false if it is too late: the move is about to be done
     */
    public boolean cancel() {
        if (copying.isPromoting()) return false;
        copying.cancel();
        giveUp();
        return true;
    }

    /** Gives it up for now; the next start of the broker goes on with it. */
    void stop() {
        if (copying.isPromoting()) return;
        copying.stop();
        giveUp();
    }

    /** Runs a task when there is a copy to go on with after a restart, or there will be none. */
    public void whenOpened(Runnable task) {
        copying.whenOpened(task);
    }

    /** Runs a task when another move may begin. */
    public void whenEnded(Runnable task) {
        copying.whenEnded(task);
    }

    private void giveUp() {
        if (isOver) return;
        isOver = true;
        if (isTold) broker.tell(partition, source.directory());
        if (partition.move() == this) partition.setMove(null);
        partition.resume(source);
    }

    @Override
    public void onCaughtUp(LogMove move) {
        isTold = true;
        broker.tell(partition, move.directory()).thenRun(() -> partition.loop().execute(this::finish));
    }

    private void finish() {
        if (isOver) return;
        partition.hold();
        copying.finish();
    }

    @Override
    public void onPostponed(LogMove move) {
        partition.resume(source);
    }

    @Override
    public void onMoved(LogMove move, Log moved) {
        LOGGER.info("moved a partition: partition={} from={} to={}", partition.topicPartition(), source.directory().path(),
                moved.directory().path());
        isOver = true;
        partition.setMove(null);
        partition.resume(moved);
    }

    @Override
    public void onFailed(LogMove move, String reason, boolean isAmbiguous) {
        LOGGER.error("a partition is not moved: partition={} to={} reason={}", partition.topicPartition(), move.directory().path(), reason);
        if (!isAmbiguous) {
            giveUp();
            return;
        }
        // After a crash the controller's word would count: first it has to know again.
        broker.tell(partition, source.directory()).thenRun(() -> partition.loop().execute(() -> {
            isTold = false;
            giveUp();
        }));
    }
}
