package io.barnabas.cluster.quorum;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.Message;
import io.barnabas.protocol.record.KRaftVersionRecord;
import io.barnabas.protocol.record.LeaderChangeMessage;
import io.barnabas.protocol.record.SnapshotFooterRecord;
import io.barnabas.protocol.record.SnapshotHeaderRecord;
import io.barnabas.protocol.record.VotersRecord;
import java.nio.ByteBuffer;
import java.util.List;

/** The quorum's own records: each value is a message of version 0, which also stands in its first field. */
final class ControlRecords {
    private static final short VERSION = 0;
    /** Levels of {@code kraft.version} that a voter with this software supports. */
    private static final short KRAFT_VERSION_HIGHEST = 1;

    private ControlRecords() {}

    static void addLeaderChange(RecordBatchBuilder batch, long timestampMs, int leaderId) {
        var voters = List.of(new LeaderChangeMessage.Voter().setVoterId(leaderId));
        add(batch, timestampMs, ControlRecordType.LEADER_CHANGE, new LeaderChangeMessage().setVersion(VERSION)
                .setLeaderId(leaderId).setVoters(voters).setGrantingVoters(voters));
    }

    static void addKRaftVersion(RecordBatchBuilder batch, long timestampMs, short kraftVersion) {
        add(batch, timestampMs, ControlRecordType.KRAFT_VERSION, new KRaftVersionRecord().setVersion(VERSION).setKRaftVersion(kraftVersion));
    }

    static void addVoters(RecordBatchBuilder batch, long timestampMs, VotersRecord voters) {
        add(batch, timestampMs, ControlRecordType.KRAFT_VOTERS, voters);
    }

    static void addSnapshotHeader(RecordBatchBuilder batch, long timestampMs, long lastContainedLogTimestampMs) {
        add(batch, timestampMs, ControlRecordType.SNAPSHOT_HEADER,
                new SnapshotHeaderRecord().setVersion(VERSION).setLastContainedLogTimestamp(lastContainedLogTimestampMs));
    }

    static void addSnapshotFooter(RecordBatchBuilder batch, long timestampMs) {
        add(batch, timestampMs, ControlRecordType.SNAPSHOT_FOOTER, new SnapshotFooterRecord().setVersion(VERSION));
    }

    /** The voter set of a quorum of one. */
    static VotersRecord oneVoter(int nodeId, Uuid directoryId, Endpoint controller) {
        var endpoint = new VotersRecord.Endpoint().setName(controller.listener()).setHost(controller.host()).setPort(controller.port());
        var range = new VotersRecord.KRaftVersionFeature().setMinSupportedVersion((short) 0).setMaxSupportedVersion(KRAFT_VERSION_HIGHEST);
        return new VotersRecord().setVersion(VERSION).setVoters(List.of(new VotersRecord.Voter().setVoterId(nodeId)
                .setVoterDirectoryId(directoryId).setEndpoints(List.of(endpoint)).setKRaftVersionFeature(range)));
    }

    static VotersRecord readVoters(ByteBuffer value) {
        var voters = new VotersRecord();
        voters.readWhole(new ByteReader(value.duplicate()), VERSION);
        return voters;
    }

    static short readKRaftVersion(ByteBuffer value) {
        var version = new KRaftVersionRecord();
        version.readWhole(new ByteReader(value.duplicate()), VERSION);
        return version.kRaftVersion();
    }

    static long readLastContainedLogTimestamp(ByteBuffer value) {
        var header = new SnapshotHeaderRecord();
        header.readWhole(new ByteReader(value.duplicate()), VERSION);
        return header.lastContainedLogTimestamp();
    }

    private static void add(RecordBatchBuilder batch, long timestampMs, ControlRecordType type, Message message) {
        var writer = ByteWriter.onHeap(64);
        message.write(writer, VERSION);
        batch.appendControl(timestampMs, type, writer.toByteBuffer());
    }
}
