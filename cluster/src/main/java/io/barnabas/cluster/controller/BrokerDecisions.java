package io.barnabas.cluster.controller;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.BrokerImage;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ControllerImage;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.cluster.metadata.LevelRange;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.message.BrokerHeartbeatRequest;
import io.barnabas.protocol.message.BrokerHeartbeatResponse;
import io.barnabas.protocol.message.BrokerRegistrationRequest;
import io.barnabas.protocol.message.BrokerRegistrationResponse;
import io.barnabas.protocol.message.ControllerRegistrationRequest;
import io.barnabas.protocol.message.ControllerRegistrationResponse;
import io.barnabas.protocol.message.UnregisterBrokerRequest;
import io.barnabas.protocol.message.UnregisterBrokerResponse;
import io.barnabas.protocol.record.BrokerRegistrationChangeRecord;
import io.barnabas.protocol.record.UnregisterBrokerRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Decides on which nodes there are, and which of them may lead, against one image and the sessions. */
final class BrokerDecisions {
    private static final byte UNFENCE = -1;
    private static final byte FENCE = 1;

    private final ClusterImage image;
    private final PartitionChanges partitions;
    private final BrokerSessions sessions;
    private final long nowNs;

    BrokerDecisions(ClusterImage image, BrokerSessions sessions, long nowNs) {
        this.image = image;
        this.partitions = new PartitionChanges(image);
        this.sessions = sessions;
        this.nowNs = nowNs;
    }

    /**
     * @param nextOffset    offset of the first record of the decision, which becomes the broker epoch
     * @param ownNodeId     this node, whose earlier process is known to be gone
     */
    Decision<BrokerRegistrationResponse> register(BrokerRegistrationRequest request, String clusterId, long nextOffset, int ownNodeId) {
        try {
            return registered(request, clusterId, nextOffset, ownNodeId);
        } catch (RefusedException e) {
            return Decision.of(new BrokerRegistrationResponse().setErrorCode(e.error().code()));
        }
    }

    private Decision<BrokerRegistrationResponse> registered(BrokerRegistrationRequest request, String clusterId, long nextOffset, int ownNodeId) {
        int id = request.brokerId();
        if (!clusterId.equals(request.clusterId())) {
            throw new RefusedException(ErrorCode.INCONSISTENT_CLUSTER_ID, "Expected cluster ID " + clusterId + ", but got cluster ID " + request.clusterId());
        }
        if (request.isMigratingZkBroker()) throw new RefusedException(ErrorCode.INVALID_REGISTRATION, "ZooKeeper brokers cannot register.");
        var existing = image.broker(id);
        boolean isSameProcess = existing != null && existing.incarnationId().equals(request.incarnationId());
        if (existing != null && !isSameProcess && id != ownNodeId && sessions.isValid(id, nowNs) && !existing.inControlledShutdown()) {
            throw new RefusedException(ErrorCode.DUPLICATE_BROKER_REGISTRATION, "Another broker is registered with that broker id.");
        }
        var features = featuresOf(request);
        checkFeatures(features);
        checkLogDirs(id, request.logDirs());
        long brokerEpoch = isSameProcess ? existing.epoch() : nextOffset;
        var broker = new BrokerImage(id, brokerEpoch, request.incarnationId(), endpointsOf(request), features, request.rack(),
                !isSameProcess || existing.fenced(), isSameProcess && existing.inControlledShutdown(),
                request.logDirs(), isSameProcess ? existing.cordonedLogDirs() : null, false);
        var records = new ArrayList<TypedRecord>();
        records.add(Records.broker(broker, image.metadataVersion()));
        if (!isSameProcess) {
            sessions.restart(id, nowNs);
            // Its earlier process cannot lead; when the new one is unfenced it leads again, in a new leader epoch.
            if (existing != null && !existing.fenced()) records.addAll(partitions.withoutBroker(id));
        } else {
            sessions.touch(id, nowNs, -1);
        }
        return new Decision<>(records, new BrokerRegistrationResponse().setBrokerEpoch(brokerEpoch));
    }

    private static Map<String, LevelRange> featuresOf(BrokerRegistrationRequest request) {
        var features = new TreeMap<String, LevelRange>();
        for (var f : request.features()) features.put(f.name(), new LevelRange(f.minSupportedVersion(), f.maxSupportedVersion()));
        return features;
    }

    private static List<Endpoint> endpointsOf(BrokerRegistrationRequest request) {
        var endpoints = new ArrayList<Endpoint>(request.listeners().size());
        for (var l : request.listeners()) endpoints.add(new Endpoint(l.name(), l.host(), l.port(), l.securityProtocol()));
        return endpoints;
    }

    private void checkFeatures(Map<String, LevelRange> supported) {
        for (var feature : image.features().entrySet()) {
            var range = supported.get(feature.getKey());
            if (range == null || !range.contains(feature.getValue())) {
                throw new RefusedException(ErrorCode.UNSUPPORTED_VERSION, "Unable to register because the broker does not support finalized version "
                        + feature.getValue() + " of " + feature.getKey() + ".");
            }
        }
    }

    private void checkLogDirs(int brokerId, List<Uuid> logDirs) {
        if (!image.metadataVersion().hasDirectories()) return;
        if (logDirs.isEmpty()) throw new RefusedException(ErrorCode.INVALID_REQUEST, "No directories specified in request");
        if (new HashSet<>(logDirs).size() != logDirs.size()) throw new RefusedException(ErrorCode.INVALID_REQUEST, "Duplicate directories in request");
        for (var other : image.brokers()) {
            if (other.id() == brokerId) continue;
            for (var logDir : logDirs) {
                if (other.logDirs().contains(logDir)) {
                    throw new RefusedException(ErrorCode.INVALID_REQUEST, "Broker " + other.id() + " is already registered with directory " + logDir);
                }
            }
        }
    }

    /** @param lastOffset of the last record that is decided */
    Decision<BrokerHeartbeatResponse> heartbeat(BrokerHeartbeatRequest request, long lastOffset) {
        var broker = image.broker(request.brokerId());
        if (broker == null || broker.epoch() != request.brokerEpoch()) {
            return Decision.of(new BrokerHeartbeatResponse().setErrorCode(ErrorCode.STALE_BROKER_EPOCH.code()));
        }
        int id = broker.id();
        sessions.touch(id, nowNs, request.currentMetadataOffset());
        var records = new ArrayList<TypedRecord>();
        addDirectoryChanges(broker, request, records);
        boolean isCaughtUp = request.currentMetadataOffset() >= broker.epoch();
        var response = new BrokerHeartbeatResponse().setIsCaughtUp(isCaughtUp).setIsFenced(broker.fenced());
        if (broker.fenced()) {
            if (request.wantShutDown()) {
                response.setShouldShutDown(true);
            } else if (!request.wantFence() && isCaughtUp) {
                records.add(change(broker, 0, new BrokerRegistrationChangeRecord().setFenced(UNFENCE)));
                records.addAll(partitions.withBroker(id));
                response.setIsFenced(false);
            }
        } else if (request.wantShutDown()) {
            shutDown(broker, lastOffset, records, response);
        } else if (request.wantFence()) {
            records.addAll(fence(broker));
            response.setIsFenced(true);
        }
        return new Decision<>(records, response);
    }

    /** First its leaderships go to others; when all active brokers know, it may go. */
    private void shutDown(BrokerImage broker, long lastOffset, List<TypedRecord> records, BrokerHeartbeatResponse response) {
        int id = broker.id();
        if (!broker.inControlledShutdown()) {
            records.add(change(broker, 1, new BrokerRegistrationChangeRecord().setInControlledShutdown((byte) 1)));
            records.addAll(partitions.withoutBroker(id));
            sessions.noteShutdownOffset(id, lastOffset + records.size());
        }
        // No one else needs to know when no one else is there.
        if (hasOtherActive(id) && !othersReached(id, sessions.shutdownOffset(id))) return;
        records.add(change(broker, 0, new BrokerRegistrationChangeRecord().setFenced(FENCE)));
        response.setIsFenced(true).setShouldShutDown(true);
    }

    private boolean hasOtherActive(int brokerId) {
        for (var broker : image.brokers()) if (broker.id() != brokerId && broker.isActive()) return true;
        return false;
    }

    private boolean othersReached(int brokerId, long offset) {
        for (var broker : image.brokers()) {
            if (broker.id() != brokerId && broker.isActive() && sessions.metadataOffset(broker.id()) < offset) return false;
        }
        return true;
    }

    private void addDirectoryChanges(BrokerImage broker, BrokerHeartbeatRequest request, List<TypedRecord> records) {
        if (image.metadataVersion().hasCordonedLogDirs() && request.cordonedLogDirs() != null) {
            var cordoned = request.cordonedLogDirs();
            if (broker.cordonedLogDirs() == null || !new HashSet<>(broker.cordonedLogDirs()).equals(new HashSet<>(cordoned))) {
                records.add(change(broker, 3, new BrokerRegistrationChangeRecord().setCordonedLogDirs(cordoned)));
            }
        }
        if (request.offlineLogDirs().isEmpty() || !image.metadataVersion().hasDirectories()) return;
        var offline = new ArrayList<>(request.offlineLogDirs());
        offline.retainAll(broker.logDirs());
        var online = new ArrayList<>(broker.logDirs());
        online.removeAll(offline);
        // With its last directory a broker goes as a whole: it is fenced when it falls silent.
        if (offline.isEmpty() || online.isEmpty()) return;
        records.addAll(partitions.withoutDirectories(broker.id(), offline));
        records.add(change(broker, 2, new BrokerRegistrationChangeRecord().setLogDirs(online)));
    }

    /** Takes a broker's leaderships away, since it is silent or wants it. */
    List<TypedRecord> fence(BrokerImage broker) {
        var records = new ArrayList<TypedRecord>();
        records.add(change(broker, 0, new BrokerRegistrationChangeRecord().setFenced(FENCE)));
        records.addAll(partitions.withoutBroker(broker.id()));
        return records;
    }

    Decision<UnregisterBrokerResponse> unregister(UnregisterBrokerRequest request) {
        var broker = image.broker(request.brokerId());
        if (broker == null) {
            return Decision.of(new UnregisterBrokerResponse().setErrorCode(ErrorCode.BROKER_ID_NOT_REGISTERED.code())
                    .setErrorMessage("Broker ID " + request.brokerId() + " is not currently registered"));
        }
        var records = new ArrayList<TypedRecord>();
        records.add(Records.of(MetadataRecordType.UNREGISTER_BROKER,
                new UnregisterBrokerRecord().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch())));
        records.addAll(partitions.withoutBroker(broker.id()));
        sessions.forget(broker.id());
        return new Decision<>(records, new UnregisterBrokerResponse());
    }

    Decision<ControllerRegistrationResponse> registerController(ControllerRegistrationRequest request) {
        if (!image.metadataVersion().hasControllerRegistration()) {
            return Decision.of(new ControllerRegistrationResponse().setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code())
                    .setErrorMessage("The current MetadataVersion is too old to support controller registrations."));
        }
        var endpoints = new ArrayList<Endpoint>();
        for (var l : request.listeners()) endpoints.add(new Endpoint(l.name(), l.host(), l.port(), l.securityProtocol()));
        var features = new TreeMap<String, LevelRange>();
        for (var f : request.features()) features.put(f.name(), new LevelRange(f.minSupportedVersion(), f.maxSupportedVersion()));
        var controller = new ControllerImage(request.controllerId(), request.incarnationId(), request.zkMigrationReady(), endpoints, features);
        return new Decision<>(List.of(Records.controller(controller)), new ControllerRegistrationResponse());
    }

    private static TypedRecord change(BrokerImage broker, int version, BrokerRegistrationChangeRecord record) {
        record.setBrokerId(broker.id()).setBrokerEpoch(broker.epoch());
        return new TypedRecord(MetadataRecordType.BROKER_REGISTRATION_CHANGE, (short) version, record);
    }
}
