package io.barnabas.server;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.BrokerImage;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.model.ErrorCode;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;

/** What one client may be told of partitions, as its listener sees the cluster. Made for one answer. */
final class PartitionView {
    private final ClusterImage image;
    private final String listener;
    /** The broker that was looked at last: partitions beside each other are often on the same. */
    private BrokerImage lastBroker;

    PartitionView(ClusterImage image, String listener) {
        this.image = image;
        this.listener = listener;
    }

    /** Whether a client of this listener can connect to a broker. */
    boolean isReachable(int brokerId) {
        return isReachable(broker(brokerId));
    }

    private boolean isReachable(BrokerImage broker) {
        return broker != null && !broker.fenced() && broker.endpoint(listener) != null;
    }

    /** NONE, or why the partition has no leader for this client. */
    ErrorCode leaderError(PartitionImage partition) {
        var leader = broker(partition.leader());
        if (isReachable(leader)) return ErrorCode.NONE;
        return leader == null ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.LISTENER_NOT_FOUND;
    }

    List<Integer> offlineReplicas(PartitionImage partition) {
        var replicas = partition.replicas();
        List<Integer> offline = List.of();
        for (int i = 0; i < replicas.length; i++) {
            if (isOnline(partition, replicas[i])) continue;
            if (offline.isEmpty()) offline = new ArrayList<>();
            offline.add(replicas[i]);
        }
        return offline;
    }

    /** Those of some brokers that this client can connect to. */
    List<Integer> reachable(int[] brokerIds) {
        var found = new ArrayList<Integer>(brokerIds.length);
        for (int id : brokerIds) if (isReachable(id)) found.add(id);
        return found;
    }

    private boolean isOnline(PartitionImage partition, int brokerId) {
        var broker = broker(brokerId);
        return isReachable(broker) && isOnline(partition.directoryOf(brokerId), broker);
    }

    private static boolean isOnline(Uuid directory, BrokerImage broker) {
        if (directory.equals(PartitionImage.UNASSIGNED) || directory.equals(PartitionImage.MIGRATING)) return true;
        if (directory.equals(PartitionImage.LOST)) return false;
        return broker.logDirs().isEmpty() || broker.logDirs().contains(directory);
    }

    private BrokerImage broker(int id) {
        if (lastBroker == null || lastBroker.id() != id) lastBroker = image.broker(id);
        return lastBroker;
    }

    /** Broker ids as an answer wants them, without a copy. */
    static List<Integer> listOf(int[] brokerIds) {
        return brokerIds.length == 0 ? List.of() : new BrokerIds(brokerIds);
    }

    private static final class BrokerIds extends AbstractList<Integer> implements RandomAccess {
        private final int[] ids;

        BrokerIds(int[] ids) {
            this.ids = ids;
        }

        @Override
        public Integer get(int index) {
            return ids[index];
        }

        @Override
        public int size() {
            return ids.length;
        }
    }
}
