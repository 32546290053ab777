package io.barnabas.server.config;

import io.barnabas.base.Setting;
import io.barnabas.base.SettingException;
import io.barnabas.cluster.controller.ConfigValidator;
import io.barnabas.cluster.metadata.ConfigResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Whether a change of a resource's configs may be made, in Kafka's words. Any thread may ask. */
public final class ConfigChecks implements ConfigValidator {
    private final Supplier<BrokerConfig> broker;

    /** @param broker the settings of this broker as they are now */
    public ConfigChecks(Supplier<BrokerConfig> broker) {
        this.broker = broker;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A broker answers what this refuses of its own configs with INVALID_REQUEST, before it asks the controller.
     */
    @Override
    public String refusal(ConfigResource resource, Map<String, String> before, Map<String, String> after) {
        try {
            return switch (resource.type()) {
                case TOPIC -> topicRefusal(new TreeMap<>(after));
                case GROUP -> GroupConfigRules.refusal(broker.get(), new TreeMap<>(after));
                case CLIENT_METRICS -> ClientMetricsRules.refusal(new TreeMap<>(after));
                case BROKER -> brokerRefusal(resource, changes(before, after), after);
                case BROKER_LOGGER -> "Log levels are changed by the broker itself.";
            };
        } catch (SettingException e) {
            return e.getMessage();
        }
    }

    @Override
    public boolean isList(ConfigResource.Type type, String name) {
        var known = find(type, name);
        return known != null && known.setting().type() == Setting.Type.LIST;
    }

    @Override
    public String defaultValue(ConfigResource.Type type, String name) {
        var known = find(type, name);
        return known == null ? null : known.setting().defaultText();
    }

    @Override
    public List<EffectiveConfig> effectiveTopicConfigs(Map<String, String> topicConfigs, Map<String, String> clusterConfigs) {
        var now = broker.get();
        var config = now.with(clusterConfigs, now.layer(BrokerConfig.Layer.DYNAMIC_BROKER));
        var described = new ConfigDescription(config, null, false, false).of(ConfigResource.topic(""), topicConfigs);
        var effective = new ArrayList<EffectiveConfig>(described.size());
        for (var entry : described) {
            effective.add(new EffectiveConfig(entry.name(), entry.value(), entry.readOnly(), entry.configSource(),
                    entry.isSensitive()));
        }
        return effective;
    }

    /** Settings that were changed to what has no effect here: a line to log once; empty if there are none. */
    public static String warning(ConfigResource.Type type, Map<String, String> changes) {
        var names = new ArrayList<String>();
        for (var name : new TreeMap<>(changes).keySet()) {
            var known = find(type, name);
            if (known != null && known.kind() == Kind.ACCEPTED && changes.get(name) != null) names.add(name);
        }
        return names.isEmpty() ? "" : "Settings accepted without effect: " + String.join(", ", names) + ".";
    }

    private static KnownSetting find(ConfigResource.Type type, String name) {
        return switch (type) {
            case TOPIC -> SettingTable.topic().find(name);
            case BROKER -> BrokerConfig.find(name);
            case GROUP -> SettingTable.group().find(name);
            case CLIENT_METRICS -> SettingTable.clientMetrics().find(name);
            case BROKER_LOGGER -> null;
        };
    }

    private String topicRefusal(Map<String, String> after) {
        for (var name : after.keySet()) {
            if (SettingTable.topic().find(name) == null) return "Unknown topic config name: " + name;
        }
        for (var entry : after.entrySet()) {
            String refusal = SettingTable.topic().find(entry.getKey()).refusal(entry.getValue());
            if (refusal != null) return refusal;
        }
        long min = topicLong("min.compaction.lag.ms", after);
        long max = topicLong("max.compaction.lag.ms", after);
        return min <= max ? null : "conflict topic config setting min.compaction.lag.ms (" + min
                + ") > max.compaction.lag.ms (" + max + ")";
    }

    private long topicLong(String name, Map<String, String> after) {
        var setting = SettingTable.topic().find(name).setting();
        String text = after.get(name);
        return (Long) (text == null ? broker.get().topicDefaults().get(setting) : setting.parse(text));
    }

    private String brokerRefusal(ConfigResource resource, Map<String, String> changes, Map<String, String> after) {
        boolean isClusterDefault = resource.name().isEmpty();
        var fixed = new ArrayList<String>();
        var ofOneBroker = new ArrayList<String>();
        var atStart = new ArrayList<String>();
        for (var name : changes.keySet()) {
            var known = BrokerConfig.find(name);
            if (known == null) continue;
            var scope = known.setting().scope();
            if (scope == Setting.Scope.READ_ONLY) fixed.add(name);
            else if (isClusterDefault && scope == Setting.Scope.PER_BROKER) ofOneBroker.add(name);
            else if (!BrokerConfig.mayChange(known)) atStart.add(name);
        }
        if (!fixed.isEmpty()) return "Cannot update these configs dynamically: " + fixed;
        if (!ofOneBroker.isEmpty()) {
            return "Cannot update these configs at default cluster level, broker id must be specified: " + ofOneBroker;
        }
        if (!atStart.isEmpty()) {
            return "Cannot update these configs while the broker runs: " + atStart
                    + "; set them in its configuration file and start it again.";
        }
        return valueRefusal(isClusterDefault, changes, after);
    }

    private String valueRefusal(boolean isClusterDefault, Map<String, String> changes, Map<String, String> after) {
        for (var entry : changes.entrySet()) {
            var known = BrokerConfig.find(entry.getKey());
            String refusal = known == null ? null : known.refusal(entry.getValue());
            if (refusal != null) return refusal;
        }
        var now = broker.get();
        ConfigRules.check(isClusterDefault ? now.with(after, now.layer(BrokerConfig.Layer.DYNAMIC_BROKER))
                : now.with(now.layer(BrokerConfig.Layer.DYNAMIC_CLUSTER), after));
        return null;
    }

    /** What is set anew or to another value, in the order of the names. */
    private static Map<String, String> changes(Map<String, String> before, Map<String, String> after) {
        var changes = new TreeMap<String, String>();
        for (var entry : after.entrySet()) {
            if (!Objects.equals(before.get(entry.getKey()), entry.getValue())) changes.put(entry.getKey(), entry.getValue());
        }
        return changes;
    }
}
