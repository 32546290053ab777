package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import java.util.List;
import java.util.Map;

/**
 * A registered broker. Immutable.
 *
 * @param epoch                offset of its registration in the metadata log
 * @param incarnationId        made anew at each start of the process
 * @param endpoints            in the order of registration
 * @param rack                 null if it has none
 * @param logDirs              ids of its log directories that are online, sorted
 * @param cordonedLogDirs      ids of those that take no new replicas; null until the broker said so
 * @param isMigratingZk        from logs that were moved from ZooKeeper; carried, not used
 */
public record BrokerImage(
        int id, long epoch, Uuid incarnationId, List<Endpoint> endpoints, Map<String, LevelRange> features, String rack,
        boolean fenced, boolean inControlledShutdown, List<Uuid> logDirs, List<Uuid> cordonedLogDirs,
        boolean isMigratingZk) {
    /** @return null if it has no listener of that name */
    public Endpoint endpoint(String listener) {
        for (int i = 0; i < endpoints.size(); i++) if (endpoints.get(i).listener().equals(listener)) return endpoints.get(i);
        return null;
    }

    /** Whether it may take leaderships. */
    public boolean isActive() {
        return !fenced && !inControlledShutdown;
    }

    /** Whether a replica that is known to lie in this directory can be served; where brokers tell no directories, or not yet, it can. */
    public boolean hasOnline(Uuid directory) {
        if (logDirs.isEmpty() || directory.equals(PartitionImage.UNASSIGNED) || directory.equals(PartitionImage.MIGRATING)) return true;
        return logDirs.contains(directory);
    }

    /** Whether new replicas may be placed here: not when all its directories are cordoned (KIP-1066). */
    public boolean takesReplicas() {
        return cordonedLogDirs == null || logDirs.isEmpty() || !cordonedLogDirs.containsAll(logDirs);
    }

    BrokerImage withFenced(boolean value) {
        return new BrokerImage(id, epoch, incarnationId, endpoints, features, rack, value, inControlledShutdown, logDirs,
                cordonedLogDirs, isMigratingZk);
    }

    BrokerImage withInControlledShutdown(boolean value) {
        return new BrokerImage(id, epoch, incarnationId, endpoints, features, rack, fenced, value, logDirs,
                cordonedLogDirs, isMigratingZk);
    }

    BrokerImage withLogDirs(List<Uuid> value) {
        return new BrokerImage(id, epoch, incarnationId, endpoints, features, rack, fenced, inControlledShutdown, value,
                cordonedLogDirs, isMigratingZk);
    }

    BrokerImage withCordonedLogDirs(List<Uuid> value) {
        return new BrokerImage(id, epoch, incarnationId, endpoints, features, rack, fenced, inControlledShutdown, logDirs,
                value, isMigratingZk);
    }
}
