package io.barnabas.coordinator.group;

import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import java.util.Map;

public final class ConsumerGroups {
    private final Map<String, Group> groups;
    private final Timers timers;
    private final GroupContext context;

    ConsumerGroups(Map<String, Group> groups, Timers timers, GroupContext context) {
        this.groups = groups;
        this.timers = timers;
        this.context = context;
    }

    void apply(CoordinatorRecord record, RecordSource source) {}

    void onLoaded(Decision decision) {}

    void onUnloaded(ErrorCode error) {}

    void onTransactionEnded(long producerId, boolean isCommit) {}

    void onClusterChanged(ClusterDelta delta, Decision decision) {}
}
