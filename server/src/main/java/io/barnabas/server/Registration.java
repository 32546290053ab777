package io.barnabas.server;

import static io.barnabas.server.config.BrokerSettings.BROKER_RACK;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.MetadataVersion;
import io.barnabas.log.LogDirectory;
import io.barnabas.protocol.message.BrokerRegistrationRequest;
import io.barnabas.protocol.message.BrokerRegistrationRequest.Feature;
import io.barnabas.protocol.message.BrokerRegistrationRequest.Listener;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.random.RandomGenerator;

/** What this broker tells the controller of itself. */
final class Registration {
    static final short PLAINTEXT = 0;
    private static final String LOCALHOST = "localhost";

    private Registration() {}

    static BrokerRegistrationRequest request(BrokerConfig config, String clusterId, List<Endpoint> bound,
                                             List<LogDirectory> directories, RandomGenerator random) {
        var request = new BrokerRegistrationRequest()
                .setBrokerId(config.nodeId())
                .setClusterId(clusterId)
                .setIncarnationId(Uuid.random(random))
                .setRack(config.get(BROKER_RACK));
        for (var endpoint : bound) {
            if (config.listeners().isController(endpoint.listener())) continue;
            var advertised = config.listeners().advertised(endpoint.listener());
            var told = advertised == null ? endpoint : advertised;
            request.listeners().add(new Listener().setName(endpoint.listener()).setHost(hostOf(told))
                    .setPort(told.port() == 0 ? endpoint.port() : told.port()).setSecurityProtocol(PLAINTEXT));
        }
        request.features().add(new Feature().setName(MetadataVersion.FEATURE)
                .setMinSupportedVersion(MetadataVersion.LOWEST.level()).setMaxSupportedVersion(MetadataVersion.HIGHEST.level()));
        request.features().add(new Feature().setName("kraft.version").setMinSupportedVersion((short) 0).setMaxSupportedVersion((short) 1));
        request.setLogDirs(BrokerLifecycle.onlineIds(directories));
        return request;
    }

    /** A name by which others may find an endpoint: its own, or this machine's when it stands for every address. */
    static String hostOf(Endpoint endpoint) {
        var host = endpoint.host();
        if (!host.isEmpty() && !host.equals("0.0.0.0") && !host.equals("::")) return host;
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            return LOCALHOST;
        }
    }
}
