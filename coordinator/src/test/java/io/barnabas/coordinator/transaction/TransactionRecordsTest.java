package io.barnabas.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.ByteReader;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchCursor;
import io.barnabas.protocol.CoordinatorRecords;
import io.barnabas.protocol.TransactionRecordType;
import io.barnabas.protocol.record.TransactionLogValue;
import io.barnabas.replication.IsolationLevel;
import io.barnabas.replication.PartitionRead;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stands in the log of a transactional id: the same that Apache Kafka 4.4.0 wrote for the same story. */
class TransactionRecordsTest {
    private final TransactionRig rig = new TransactionRig(3);

    private List<String> log() {
        var partition = rig.shard.partition;
        var read = (PartitionRead.Data) partition.read(0, Integer.MAX_VALUE, true, IsolationLevel.LOG_END, -1, -1);
        var cursor = new RecordBatchCursor();
        cursor.reset(read.slice().toByteBuffer());
        var values = new ArrayList<String>();
        for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
            try (var records = batch.records(1 << 20)) {
                for (var record = records.next(); record != null; record = records.next()) {
                    var value = new ByteReader(record.value());
                    short version = CoordinatorRecords.readVersion(value, TransactionRecordType.TRANSACTION_LOG);
                    values.add("v" + version + " " + text((TransactionLogValue) CoordinatorRecords.readValue(value, TransactionRecordType.TRANSACTION_LOG, version)));
                }
            }
        }
        read.slice().release();
        return values;
    }

    private static String text(TransactionLogValue value) {
        var partitions = value.transactionPartitions() == null ? null
                : value.transactionPartitions().stream().map(topic -> topic.topic() + topic.partitionIds()).toList();
        return "status=%d id=%d previous=%d next=%d epoch=%d partitions=%s started=%s client=%d".formatted(value.transactionStatus(), value.producerId(),
                value.previousProducerId(), value.nextProducerId(), value.producerEpoch(), partitions, value.transactionStartTimestampMs() > 0,
                value.clientTransactionVersion());
    }

    @Test
    void theNewerKind() {
        var producer = rig.init();
        producer = rig.finishV2(producer, false);
        rig.addV2(producer, 0);
        rig.addV2(producer, 1);
        producer = rig.finishV2(producer, true);
        rig.addV2(producer, 2);
        rig.init();
        rig.answerMarkers(ErrorCode.NONE);
        rig.init();
        assertThat(log()).containsExactly(
                "v1 status=0 id=1000 previous=1000 next=-1 epoch=0 partitions=null started=false client=0",
                "v1 status=3 id=1000 previous=1000 next=-1 epoch=1 partitions=[] started=true client=2",
                "v1 status=5 id=1000 previous=1000 next=-1 epoch=1 partitions=[] started=true client=2",
                "v1 status=1 id=1000 previous=1000 next=-1 epoch=1 partitions=[t[0]] started=true client=2",
                "v1 status=1 id=1000 previous=1000 next=-1 epoch=1 partitions=[t[0, 1]] started=true client=2",
                "v1 status=2 id=1000 previous=1000 next=-1 epoch=2 partitions=[t[0, 1]] started=true client=2",
                "v1 status=4 id=1000 previous=1000 next=-1 epoch=2 partitions=[] started=true client=2",
                "v1 status=1 id=1000 previous=1000 next=-1 epoch=2 partitions=[t[2]] started=true client=2",
                "v1 status=3 id=1000 previous=1000 next=-1 epoch=3 partitions=[t[2]] started=true client=2",
                "v1 status=5 id=1000 previous=1000 next=-1 epoch=3 partitions=[] started=true client=2",
                "v1 status=0 id=1000 previous=1000 next=-1 epoch=4 partitions=null started=false client=2");
    }

    @Test
    void theOlderKind() {
        var producer = rig.init();
        rig.add(producer, 1, 0);
        rig.finish(producer, true);
        assertThat(log()).containsExactly(
                "v1 status=0 id=1000 previous=1000 next=-1 epoch=0 partitions=null started=false client=0",
                "v1 status=1 id=1000 previous=1000 next=-1 epoch=0 partitions=[t[1, 0]] started=true client=0",
                "v1 status=2 id=1000 previous=1000 next=-1 epoch=0 partitions=[t[1, 0]] started=true client=0",
                "v1 status=4 id=1000 previous=1000 next=-1 epoch=0 partitions=[] started=true client=0");
    }

    @Test
    void belowVersion1TheFirstLayoutIsWritten() {
        rig.config = new TransactionConfig(900_000, 7 * 24 * 3_600_000, 3_600_000, (short) 0);
        rig.add(rig.init(), 0);
        rig.init();
        assertThat(log()).containsExactly(
                "v0 status=0 id=1000 previous=-1 next=-1 epoch=0 partitions=null started=false client=0",
                "v0 status=1 id=1000 previous=-1 next=-1 epoch=0 partitions=[t[0]] started=true client=0",
                "v0 status=3 id=1000 previous=-1 next=-1 epoch=1 partitions=[t[0]] started=true client=0");
    }
}
