package io.barnabas.protocol;

import java.util.ArrayList;
import java.util.List;

/** Every message and record that Kafka's current release has classes for. */
final class AllMessages {
    private static final String MESSAGE = "org.apache.kafka.common.message.";
    private static final String OURS = "io.barnabas.protocol.";

    private AllMessages() {}

    static List<MessageCase> apis(KafkaPeer peer) {
        var cases = new ArrayList<MessageCase>();
        for (var api : ApiKey.values()) {
            cases.add(api(peer, api.newRequest()));
            cases.add(api(peer, api.newResponse()));
        }
        return cases;
    }

    static MessageCase api(KafkaPeer peer, ApiMessage message) {
        var name = message.getClass().getSimpleName();
        return new MessageCase(peer, MESSAGE + name + "Data", OURS + "message." + name);
    }

    static List<MessageCase> headers(KafkaPeer peer) {
        return List.of(new MessageCase(peer, MESSAGE + "RequestHeaderData", OURS + "message.RequestHeader"),
                new MessageCase(peer, MESSAGE + "ResponseHeaderData", OURS + "message.ResponseHeader"));
    }

    static List<MessageCase> records(KafkaPeer peer) {
        var cases = new ArrayList<MessageCase>();
        for (var name : List.of("AbortedTxn", "ConsumerProtocolAssignment", "ConsumerProtocolSubscription", "ControlRecordTypeSchema",
                "DefaultPrincipalData", "EndTxnMarker", "KRaftVersionRecord", "LeaderChangeMessage", "SnapshotFooterRecord",
                "SnapshotHeaderRecord", "VotersRecord")) {
            cases.add(record(peer, MESSAGE, name));
        }
        for (var type : MetadataRecordType.values()) cases.add(record(peer, "org.apache.kafka.common.metadata.", type.newRecord()));
        coordinator(peer, cases, "org.apache.kafka.coordinator.group.generated.", GroupRecordType.values());
        coordinator(peer, cases, "org.apache.kafka.coordinator.transaction.generated.", TransactionRecordType.values());
        coordinator(peer, cases, "org.apache.kafka.coordinator.share.generated.", ShareRecordType.values());
        cases.add(record(peer, "org.apache.kafka.raft.generated.", "QuorumStateData"));
        cases.add(record(peer, "org.apache.kafka.server.log.remote.metadata.storage.generated.", "ProducerSnapshot"));
        for (var name : List.of("RemoteLogSegmentMetadataRecord", "RemoteLogSegmentMetadataSnapshotRecord",
                "RemoteLogSegmentMetadataUpdateRecord", "RemotePartitionDeleteMetadataRecord")) {
            cases.add(record(peer, "org.apache.kafka.server.log.remote.metadata.storage.generated.", name));
        }
        return cases;
    }

    private static void coordinator(KafkaPeer peer, List<MessageCase> cases, String folder, CoordinatorRecordType[] types) {
        for (var type : types) {
            cases.add(record(peer, folder, type.newKey()));
            cases.add(record(peer, folder, type.newValue()));
        }
    }

    private static MessageCase record(KafkaPeer peer, String folder, Message message) {
        return record(peer, folder, message.getClass().getSimpleName());
    }

    private static MessageCase record(KafkaPeer peer, String folder, String name) {
        return new MessageCase(peer, folder + name, OURS + "record." + name);
    }
}
