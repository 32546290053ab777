package io.barnabas.coordinator.group;

import java.util.List;

/**
 * What the settings {@code group.consumer.*}, and the configs of one group, say of groups of the consumer protocol (KIP-848);
 * times in ms.
 *
 * @param assignors            names of the assignors that members may choose from, the default first
 * @param maxSize              members of a group
 * @param assignmentIntervalMs least time between two computations of a group's target assignment
 * @param migrationPolicy      which members may change a group's protocol
 */
public record ConsumerGroupConfig(
        int sessionTimeoutMs, int heartbeatIntervalMs, int maxSize, int assignmentIntervalMs, int regexRefreshIntervalMs,
        List<String> assignors, MigrationPolicy migrationPolicy) {
    /** {@code group.consumer.migration.policy}. */
    public enum MigrationPolicy {
        DISABLED, UPGRADE, DOWNGRADE, BIDIRECTIONAL;

        public boolean allowsUpgrade() {
            return this == UPGRADE || this == BIDIRECTIONAL;
        }

        public boolean allowsDowngrade() {
            return this == DOWNGRADE || this == BIDIRECTIONAL;
        }
    }
}
