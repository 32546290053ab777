package io.barnabas.server.config;

import io.barnabas.base.Setting;
import io.barnabas.base.SettingException;
import io.barnabas.model.CompressionType;
import java.util.List;

/** What must hold between settings, and what of a cluster of several nodes has to be refused. */
final class ConfigRules {
    private static final List<String> ASSIGNORS = List.of("uniform", "range");

    private ConfigRules() {}

    /**
     * What this node is; its listeners are looked at later.
     *
     * @throws SettingException if it is not one that can be built
     */
    static void checkNode(BrokerConfig config) {
        checkIdentity(config);
        checkRoles(config);
    }

    /** @throws SettingException if a rule is broken */
    static void check(BrokerConfig config) {
        checkOneNode(config);
        checkLimits(config);
        checkTimes(config);
        checkGroups(config);
        checkCordoned(config);
    }

    private static void checkCordoned(BrokerConfig config) {
        var cordoned = config.get(BrokerSettings.CORDONED_LOG_DIRS);
        if (cordoned.stream().distinct().count() < cordoned.size()) {
            throw new SettingException("Configuration 'cordoned.log.dirs' values must not be duplicated.");
        }
        if (cordoned.contains("*")) {
            if (cordoned.size() > 1) {
                throw new SettingException("requirement failed: When cordoned.log.dirs is set to *, it must not contain other values");
            }
            return;
        }
        var known = config.logDirs().stream().map(Object::toString).toList();
        var missing = cordoned.stream().filter(name -> !name.isEmpty() && !known.contains(name)).toList();
        if (missing.isEmpty()) return;
        throw new SettingException("requirement failed: All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : "
                + String.join(", ", missing));
    }

    private static void checkIdentity(BrokerConfig config) {
        if (config.isUnknown("zookeeper.connect")) {
            throw new SettingException("Configuration zookeeper.connect is refused. There is no ZooKeeper here: leave it out, "
                    + "and set process.roles=broker,controller or leave that out too.");
        }
        int brokerId = config.get(BrokerSettings.BROKER_ID);
        if (brokerId != -1 && brokerId != config.nodeId()) {
            throw new SettingException("broker.id", brokerId, "it must be equal to node.id, which is " + config.nodeId());
        }
    }

    private static void checkRoles(BrokerConfig config) {
        var roles = config.get(BrokerSettings.PROCESS_ROLES);
        if (roles.size() != 2 || !roles.contains("broker") || !roles.contains("controller")) {
            throw new SettingException("process.roles", roles, "a cluster of several nodes is not built yet; "
                    + "one node must be both, so set process.roles=broker,controller or leave it out");
        }
    }

    private static void checkOneNode(BrokerConfig config) {
        if (config.listeners().ofBroker().isEmpty()) {
            throw new SettingException("listeners", config.listeners().all(), "name a listener for clients too");
        }
        for (var voter : config.get(BrokerSettings.CONTROLLER_QUORUM_VOTERS)) checkVoter(config, voter);
        for (var server : config.get(BrokerSettings.CONTROLLER_QUORUM_BOOTSTRAP_SERVERS)) {
            checkOwnController(config, BrokerSettings.CONTROLLER_QUORUM_BOOTSTRAP_SERVERS, server);
        }
    }

    private static void checkVoter(BrokerConfig config, String voter) {
        int at = voter.indexOf('@');
        if (at <= 0) {
            throw new SettingException("controller.quorum.voters", voter, "write id@host:port");
        }
        if (!voter.substring(0, at).equals(Integer.toString(config.nodeId()))) {
            throw new SettingException("controller.quorum.voters", voter, "a quorum of several nodes is not built yet; "
                    + "name this node alone, whose node.id is " + config.nodeId() + ", or leave it out");
        }
        checkOwnController(config, BrokerSettings.CONTROLLER_QUORUM_VOTERS, voter.substring(at + 1));
    }

    private static void checkOwnController(BrokerConfig config, Setting<?> setting, String server) {
        int port = Endpoint.port(server.substring(server.lastIndexOf(':') + 1));
        if (port < 0) throw new SettingException(setting.name(), server, "write host:port");
        for (var endpoint : config.listeners().ofController()) {
            if (endpoint.port() == port || endpoint.port() == 0) return;
            var advertised = config.listeners().advertised(endpoint.listener());
            if (advertised != null && advertised.port() == port) return;
        }
        throw new SettingException(setting.name(), server, "a cluster of several nodes is not built yet; name the controller "
                + "listener of this node, one of " + config.listeners().ofController() + ", or leave it out");
    }

    private static void checkGroups(BrokerConfig config) {
        var assignors = config.get(CoordinatorSettings.GROUP_CONSUMER_ASSIGNORS);
        if (assignors.isEmpty() || !ASSIGNORS.containsAll(assignors)) {
            throw new SettingException("group.consumer.assignors", assignors, "name one or both of " + ASSIGNORS + "; no other assignor is loaded");
        }
        int codec = config.get(CoordinatorSettings.OFFSETS_TOPIC_COMPRESSION_CODEC);
        if (CompressionType.of(codec) == null) throw new SettingException("offsets.topic.compression.codec", codec, "it must be 0 to 4");
        checkBounds(config, "session.timeout.ms", config.get(CoordinatorSettings.GROUP_CONSUMER_SESSION_TIMEOUT_MS));
        int heartbeat = config.get(CoordinatorSettings.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS);
        checkBounds(config, "heartbeat.interval.ms", heartbeat);
        if (heartbeat >= config.get(CoordinatorSettings.GROUP_CONSUMER_SESSION_TIMEOUT_MS)) {
            throw new SettingException("group.consumer.heartbeat.interval.ms", heartbeat, "it must be less than group.consumer.session.timeout.ms");
        }
    }

    private static void checkBounds(BrokerConfig config, String name, int value) {
        long min = number(config, "group.consumer.min." + name);
        long max = number(config, "group.consumer.max." + name);
        if (value >= min && value <= max) return;
        throw new SettingException("group.consumer." + name, value, "it must lie between group.consumer.min." + name + ", which is " + min
                + ", and group.consumer.max." + name + ", which is " + max);
    }

    private static long number(BrokerConfig config, String name) {
        var given = config.number(name);
        return given != null ? given.longValue() : ((Number) BrokerConfig.find(name).setting().defaultValue()).longValue();
    }

    private static void checkLimits(BrokerConfig config) {
        long queued = config.get(BrokerSettings.QUEUED_MAX_REQUEST_BYTES);
        int request = config.get(BrokerSettings.SOCKET_REQUEST_MAX_BYTES);
        if (queued > 0 && queued < request) {
            throw new SettingException("queued.max.request.bytes", queued,
                    "it must be at least socket.request.max.bytes, which is " + request + ", or -1");
        }
        if (config.get(BrokerSettings.MAX_CONNECTIONS_PER_IP) == 0
                && config.get(BrokerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES).isEmpty()) {
            throw new SettingException("max.connections.per.ip", 0,
                    "it can be zero only if max.connections.per.ip.overrides is set");
        }
        ConnectionOverrides.parse(config.get(BrokerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES));
    }

    private static void checkTimes(BrokerConfig config) {
        for (var name : List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours")) {
            Number value = config.number(name);
            if (value != null && (value.longValue() == 0 || value.longValue() < -1)) {
                throw new SettingException(name, value, "it must be -1 for no limit, or at least 1");
            }
        }
        checkAtLeast(config, "log.roll.ms", 1);
        checkAtLeast(config, "log.roll.jitter.ms", 0);
        checkAtLeast(config, "log.flush.interval.ms", 0);
    }

    private static void checkAtLeast(BrokerConfig config, String name, long min) {
        Number value = config.number(name);
        if (value != null && value.longValue() < min) {
            throw new SettingException(name, value, "Value must be at least " + min);
        }
    }
}
