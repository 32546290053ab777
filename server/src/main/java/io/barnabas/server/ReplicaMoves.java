package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.MovePace;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import io.barnabas.replication.Partition;
import io.barnabas.replication.PartitionMove;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Moves partitions between the broker's log directories, when somebody asks for it and when an earlier process had begun it (KIP-113). */
final class ReplicaMoves implements PartitionMove.Broker {
    private static final long TOO_LATE_RETRY_MS = 10;

    private final EventLoop metadataLoop;
    private final LogDirectories directories;
    private final DirectoryAssignments assignments;
    private final PartitionRegistry partitions;
    private final MovePace pace;

    ReplicaMoves(EventLoop metadataLoop, LogDirectories directories, DirectoryAssignments assignments, PartitionRegistry partitions,
                 MovePace pace) {
        this.metadataLoop = metadataLoop;
        this.directories = directories;
        this.assignments = assignments;
        this.partitions = partitions;
        this.pace = pace;
    }

    /**
     * Has a partition moved; where it lies already, or is on its way to, that is all. Any thread.
     *
     * @param path as DescribeLogDirs tells it
     * @return what to answer; NONE when the move has begun
     */
    CompletionStage<ErrorCode> alter(TopicPartition topicPartition, String path) {
        var answer = new CompletableFuture<ErrorCode>();
        metadataLoop.execute(() -> decide(topicPartition, path, answer));
        return answer;
    }

    private void decide(TopicPartition topicPartition, String path, CompletableFuture<ErrorCode> answer) {
        var directory = directories.all().stream().filter(one -> LogDirectories.nameOf(one.path()).equals(path)).findFirst().orElse(null);
        boolean hasFailed = directories.failed().stream().anyMatch(one -> LogDirectories.nameOf(one).equals(path));
        if (directory == null && !hasFailed) {
            answer.complete(ErrorCode.LOG_DIR_NOT_FOUND);
        } else if (directory == null || directory.isOffline()) {
            answer.complete(ErrorCode.KAFKA_STORAGE_ERROR);
        } else if (directories.isCordoned(directory)) {
            answer.complete(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        } else {
            var partition = partitions.find(topicPartition);
            if (partition == null) {
                directories.prefer(topicPartition, directory);
                answer.complete(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            } else {
                partition.loop().execute(() -> partition.whenSettled(() -> move(partition, directory, answer)));
            }
        }
    }

    private void move(Partition partition, LogDirectory directory, CompletableFuture<ErrorCode> answer) {
        if (!partition.isOnline()) {
            answer.complete(partition.log() == null ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.KAFKA_STORAGE_ERROR);
            return;
        }
        var underWay = partition.move();
        if (underWay == null) start(partition, directory, answer);
        else if (underWay.directory() == directory) answer.complete(ErrorCode.NONE);
        else if (underWay.cancel()) underWay.whenEnded(() -> start(partition, directory, answer));
        else partition.loop().schedule(TOO_LATE_RETRY_MS, () -> move(partition, directory, answer));
    }

    /** Answers when the copy is begun, so that the move outlives a crash. */
    private void start(Partition partition, LogDirectory directory, CompletableFuture<ErrorCode> answer) {
        start(partition, directory);
        var begun = partition.move();
        if (begun == null) answer.complete(ErrorCode.NONE);
        else begun.whenOpened(() -> answer.complete(begun.isOpen() ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR));
    }

    /** Goes on with a copy that an earlier process has left, if there is one. On the partition's loop. */
    void resume(Partition partition) {
        for (var directory : directories.all()) {
            if (!directory.isOffline() && directory.futures().contains(partition.topicPartition())) start(partition, directory);
        }
    }

    private void start(Partition partition, LogDirectory directory) {
        if (!partition.isOnline() || partition.move() != null || partition.log().directory() == directory) return;
        PartitionMove.start(partition, directory, pace, this);
    }

    @Override
    public CompletionStage<Void> tell(Partition partition, LogDirectory directory) {
        var told = new CompletableFuture<Void>();
        metadataLoop.execute(() -> {
            directories.move(partition.topicPartition(), directory);
            assignments.tell(partition.topicId(), partition.topicPartition().partition(), directory.id()).thenRun(() -> told.complete(null));
        });
        return told;
    }
}
