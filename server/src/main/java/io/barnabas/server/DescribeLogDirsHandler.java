package io.barnabas.server;

import io.barnabas.base.Disk;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeLogDirsRequest;
import io.barnabas.protocol.message.DescribeLogDirsResponse;
import io.barnabas.protocol.message.DescribeLogDirsResponse.DescribeLogDirsPartition;
import io.barnabas.protocol.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import io.barnabas.protocol.message.DescribeLogDirsResponse.DescribeLogDirsTopic;
import io.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells what lies in this broker's log directories (KIP-113, KIP-827). */
final class DescribeLogDirsHandler implements RequestHandler<DescribeLogDirsRequest> {
    private final PartitionRegistry partitions;
    private final LogDirectories directories;
    private final Disk disk;

    DescribeLogDirsHandler(PartitionRegistry partitions, LogDirectories directories, Disk disk) {
        this.disk = disk;
        this.partitions = partitions;
        this.directories = directories;
    }

    /** One partition, as seen on its loop. */
    private static final class Seen {
        final String topic;
        final DescribeLogDirsPartition answer;
        LogDirectory directory;
        /** Of the copy in another directory, null if there is none. */
        DescribeLogDirsPartition future;
        LogDirectory futureDirectory;

        Seen(String topic, int partition) {
            this.topic = topic;
            this.answer = new DescribeLogDirsPartition().setPartitionIndex(partition);
        }
    }

    @Override
    public void handle(RequestContext context, DescribeLogDirsRequest request) {
        var seen = new ArrayList<Seen>();
        var fanOut = new PartitionFanOut(context.loop(), () -> context.answer(answer(seen)));
        for (var partition : asked(request)) {
            var one = new Seen(partition.topicPartition().topic(), partition.topicPartition().partition());
            seen.add(one);
            fanOut.ask(partition, () -> {
                if (partition.log() == null) return;
                one.directory = partition.log().directory();
                one.answer.setPartitionSize(partition.log().sizeInBytes());
                var move = partition.move();
                if (move == null || !move.isOpen()) return;
                one.futureDirectory = move.directory();
                one.future = new DescribeLogDirsPartition().setPartitionIndex(one.answer.partitionIndex())
                        .setPartitionSize(move.sizeInBytes()).setOffsetLag(move.lag()).setIsFutureKey(true);
            });
        }
        fanOut.allAsked();
    }

    private List<Partition> asked(DescribeLogDirsRequest request) {
        if (request.topics() == null) return partitions.all();
        var asked = new ArrayList<Partition>();
        for (var topic : request.topics()) {
            for (int index : topic.partitions()) {
                var partition = partitions.find(topic.topic(), index);
                if (partition != null) asked.add(partition);
            }
        }
        return asked;
    }

    private DescribeLogDirsResponse answer(List<Seen> seen) {
        var response = new DescribeLogDirsResponse();
        for (var path : directories.failed()) {
            response.results().add(new DescribeLogDirsResult().setLogDir(LogDirectories.nameOf(path))
                    .setErrorCode(ErrorCode.KAFKA_STORAGE_ERROR.code()));
        }
        for (var directory : directories.all()) {
            var result = new DescribeLogDirsResult().setLogDir(LogDirectories.nameOf(directory.path()));
            response.results().add(result);
            if (directory.isOffline()) {
                result.setErrorCode(ErrorCode.KAFKA_STORAGE_ERROR.code());
                continue;
            }
            result.setTotalBytes(disk.totalBytes(directory.path())).setUsableBytes(directory.usableBytes());
            result.setIsCordoned(directories.isCordoned(directory));
            Map<String, DescribeLogDirsTopic> topics = new HashMap<>();
            for (var one : seen) {
                if (one.directory == directory) add(one.topic, one.answer, topics, result);
                if (one.futureDirectory == directory) add(one.topic, one.future, topics, result);
            }
        }
        return response;
    }

    private static void add(String name, DescribeLogDirsPartition partition, Map<String, DescribeLogDirsTopic> topics, DescribeLogDirsResult result) {
        var topic = topics.get(name);
        if (topic == null) {
            topic = new DescribeLogDirsTopic().setName(name);
            topics.put(name, topic);
            result.topics().add(topic);
        }
        topic.partitions().add(partition);
    }
}
