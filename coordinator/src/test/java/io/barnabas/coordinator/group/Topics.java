package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterImageBuilder;
import io.barnabas.cluster.metadata.MetadataVersion;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.RemoveTopicRecord;
import java.util.ArrayList;
import java.util.List;

/** The topics of a cluster with one broker, which come, grow and go. */
final class Topics {
    private static final MetadataVersion VERSION = MetadataVersion.HIGHEST;

    private ClusterImage image = ClusterImage.EMPTY;
    private long created;

    ClusterImage image() {
        return image;
    }

    Uuid id(String name) {
        return image.topic(name).id();
    }

    /** A new topic, or more partitions of one that is there. */
    ClusterDelta grow(String name, int partitionCount) {
        var records = new ArrayList<TypedRecord>();
        var topic = image.topic(name);
        var id = topic == null ? new Uuid(0xCAFE, ++created) : topic.id();
        if (topic == null) records.add(Records.topic(name, id));
        for (int partition = topic == null ? 0 : topic.partitionCount(); partition < partitionCount; partition++) {
            records.add(Records.partition(id, new PartitionImage(partition, new int[] {1}, new Uuid[] {PartitionImage.UNASSIGNED}, new int[] {1},
                    PartitionImage.NONE, PartitionImage.NONE, 1, false, 0, 0, PartitionImage.NONE, PartitionImage.NONE), VERSION));
        }
        return change(records);
    }

    ClusterDelta delete(String name) {
        return change(List.of(Records.of(MetadataRecordType.REMOVE_TOPIC, new RemoveTopicRecord().setTopicId(id(name)))));
    }

    private ClusterDelta change(List<TypedRecord> records) {
        var builder = new ClusterImageBuilder(image);
        for (var record : records) builder.apply(record);
        var delta = builder.build(image.lastOffset() + records.size(), 1, 1);
        image = delta.after();
        return delta;
    }
}
