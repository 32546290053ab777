package io.barnabas.server;

import io.barnabas.cluster.metadata.BuiltFeatures;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.CoordinatorSettings;

/** Whether groups may follow the consumer protocol: the cluster's feature level and this broker's settings have a say. */
final class ConsumerProtocolSwitch {
    private final MetadataCache metadata;
    private final boolean isConfigured;

    ConsumerProtocolSwitch(BrokerConfig config, MetadataCache metadata) {
        this.metadata = metadata;
        this.isConfigured = config.get(CoordinatorSettings.GROUP_COORDINATOR_REBALANCE_PROTOCOLS).contains("consumer");
    }

    /** Any thread. */
    boolean isOn() {
        return isConfigured && metadata.image().featureLevel(BuiltFeatures.GROUP_VERSION) >= 1;
    }
}
