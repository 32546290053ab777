package io.barnabas.server;

import static io.barnabas.server.config.BrokerSettings.BROKER_RACK;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.controller.SupportedFeatures;
import io.barnabas.log.LogDirectory;
import io.barnabas.protocol.message.BrokerRegistrationRequest;
import io.barnabas.protocol.message.BrokerRegistrationRequest.Feature;
import io.barnabas.protocol.message.BrokerRegistrationRequest.Listener;
import io.barnabas.protocol.message.ControllerRegistrationRequest;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.random.RandomGenerator;

/** What this node tells the controller of itself. */
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
            var told = told(config, endpoint);
            request.listeners().add(new Listener().setName(endpoint.listener()).setHost(told.host()).setPort(told.port())
                    .setSecurityProtocol(PLAINTEXT));
        }
        for (var feature : SupportedFeatures.LEVELS.entrySet()) {
            request.features().add(new Feature().setName(feature.getKey())
                    .setMinSupportedVersion(feature.getValue().lowest()).setMaxSupportedVersion(feature.getValue().highest()));
        }
        request.setLogDirs(BrokerLifecycle.onlineIds(directories));
        return request;
    }

    /** What this node tells of itself as a controller. */
    static ControllerRegistrationRequest ofController(BrokerConfig config, List<Endpoint> bound, RandomGenerator random) {
        var request = new ControllerRegistrationRequest().setControllerId(config.nodeId()).setIncarnationId(Uuid.random(random));
        for (var endpoint : bound) {
            if (!config.listeners().isController(endpoint.listener())) continue;
            var told = told(config, endpoint);
            request.listeners().add(new ControllerRegistrationRequest.Listener().setName(endpoint.listener())
                    .setHost(told.host()).setPort(told.port()).setSecurityProtocol(PLAINTEXT));
        }
        for (var feature : SupportedFeatures.LEVELS.entrySet()) {
            request.features().add(new ControllerRegistrationRequest.Feature().setName(feature.getKey())
                    .setMinSupportedVersion(feature.getValue().lowest()).setMaxSupportedVersion(feature.getValue().highest()));
        }
        return request;
    }

    /** Where others find a listener: as advertised, else where it is bound. */
    private static Endpoint told(BrokerConfig config, Endpoint bound) {
        var advertised = config.listeners().advertised(bound.listener());
        var told = advertised == null ? bound : advertised;
        return new Endpoint(bound.listener(), hostOf(told), told.port() == 0 ? bound.port() : told.port());
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
