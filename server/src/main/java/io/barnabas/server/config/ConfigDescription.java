package io.barnabas.server.config;

import io.barnabas.base.Setting;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import io.barnabas.server.config.BrokerConfig.Layer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a resource's configs are, where each value comes from, and what it would be without: the entries of a
 * DescribeConfigs answer, in the order of their names.
 */
public final class ConfigDescription {
    static final byte SOURCE_TOPIC = 1;
    static final byte SOURCE_BROKER = 2;
    static final byte SOURCE_CLUSTER = 3;
    static final byte SOURCE_STATIC = 4;
    static final byte SOURCE_DEFAULT = 5;
    static final byte SOURCE_CLIENT_METRICS = 7;
    static final byte SOURCE_GROUP = 8;
    private static final byte TYPE_UNKNOWN = 0;

    private final BrokerConfig broker;
    private final Set<String> names;
    private final boolean withSynonyms;
    private final boolean withDoc;

    /**
     * How to describe.
     *
     * @param broker of this broker
     * @param names  the configs that are asked for; null for all
     */
    public ConfigDescription(BrokerConfig broker, List<String> names, boolean withSynonyms, boolean withDoc) {
        this.broker = broker;
        this.names = names == null ? null : new HashSet<>(names);
        this.withSynonyms = withSynonyms;
        this.withDoc = withDoc;
    }

    /**
     * The configs of a topic, broker, cluster default (a broker without a name), group or client metrics subscription.
     *
     * @param changed what the cluster has set for this resource; a broker's own changes are in its config already
     */
    public List<DescribeConfigsResourceResult> of(ConfigResource resource, Map<String, String> changed) {
        return switch (resource.type()) {
            case TOPIC -> derived(SettingTable.topic(), changed, SOURCE_TOPIC);
            case GROUP -> derived(SettingTable.group(), changed, SOURCE_GROUP);
            case CLIENT_METRICS -> derived(SettingTable.clientMetrics(), changed, SOURCE_CLIENT_METRICS);
            case BROKER -> resource.name().isEmpty() ? clusterDefaults(changed) : broker();
            case BROKER_LOGGER -> throw new IllegalArgumentException("described by its loggers: " + resource);
        };
    }

    /** Settings whose defaults are the broker's settings of another name. */
    private List<DescribeConfigsResourceResult> derived(SettingTable table, Map<String, String> changed, byte source) {
        var entries = new ArrayList<DescribeConfigsResourceResult>();
        for (var known : table.all()) {
            var setting = known.setting();
            String ofBroker = source == SOURCE_CLIENT_METRICS ? null : brokerName(setting, source);
            if (isLeftOut(known, source == SOURCE_GROUP ? ofBroker : null)) continue;
            var synonyms = new ArrayList<DescribeConfigsSynonym>();
            String own = changed.get(known.name());
            if (own != null) synonyms.add(synonym(known.name(), own, source));
            if (ofBroker != null) addSynonyms(synonyms, ofBroker);
            else if (source == SOURCE_GROUP) addDefault(synonyms, setting);
            String value = own != null ? reformatted(setting, own) : inherited(setting, ofBroker, source);
            entries.add(entry(known, value, synonyms).setReadOnly(false));
        }
        return entries;
    }

    private List<DescribeConfigsResourceResult> broker() {
        var entries = new TreeMap<String, DescribeConfigsResourceResult>();
        for (var known : SettingTable.broker().all()) {
            // Internal ones are told to whoever gave them.
            if (!isAskedFor(known.name()) || known.setting().isInternal() && !isGiven(known.name())) continue;
            var synonyms = new ArrayList<DescribeConfigsSynonym>();
            addSynonyms(synonyms, known.name());
            entries.put(known.name(), entry(known, effective(known.setting()), synonyms));
        }
        for (var name : broker.layer(Layer.STATIC).keySet()) {
            if (BrokerConfig.find(name) == null && isAskedFor(name)) entries.put(name, unknown(name));
        }
        return new ArrayList<>(entries.values());
    }

    private List<DescribeConfigsResourceResult> clusterDefaults(Map<String, String> changed) {
        var entries = new ArrayList<DescribeConfigsResourceResult>();
        for (var change : new TreeMap<>(changed).entrySet()) {
            var known = BrokerConfig.find(change.getKey());
            if (known == null || !isAskedFor(change.getKey())) continue;
            var synonyms = new ArrayList<DescribeConfigsSynonym>();
            synonyms.add(synonym(change.getKey(), shown(known.setting(), change.getValue()), SOURCE_CLUSTER));
            entries.add(entry(known, change.getValue(), synonyms).setName(change.getKey()).setReadOnly(false));
        }
        return entries;
    }

    private DescribeConfigsResourceResult entry(KnownSetting known, String value, List<DescribeConfigsSynonym> synonyms) {
        var setting = known.setting();
        byte source = synonyms.isEmpty() ? SOURCE_DEFAULT : synonyms.get(0).source();
        return new DescribeConfigsResourceResult().setName(known.name()).setValue(shown(setting, value))
                .setReadOnly(setting.scope() == Setting.Scope.READ_ONLY).setIsDefault(source == SOURCE_DEFAULT)
                .setConfigSource(source).setIsSensitive(setting.isSensitive())
                .setSynonyms(withSynonyms ? synonyms : new ArrayList<>())
                .setConfigType(code(setting.type())).setDocumentation(withDoc ? known.doc() : null);
    }

    /** A name that nobody knows may hold a secret. */
    private DescribeConfigsResourceResult unknown(String name) {
        var synonyms = new ArrayList<DescribeConfigsSynonym>();
        if (withSynonyms) synonyms.add(synonym(name, null, SOURCE_STATIC));
        return new DescribeConfigsResourceResult().setName(name).setValue(null).setReadOnly(true).setIsDefault(false)
                .setConfigSource(SOURCE_STATIC).setIsSensitive(true).setSynonyms(synonyms).setConfigType(TYPE_UNKNOWN);
    }

    /**
     * Adds what is given for a broker setting and those it falls back to, strongest first. As in Kafka, what stands before
     * the first value of the setting itself is left out.
     */
    private void addSynonyms(List<DescribeConfigsSynonym> synonyms, String name) {
        var all = new ArrayList<DescribeConfigsSynonym>();
        var family = family(name);
        for (var layer : Layer.values()) {
            for (var member : family) addSynonym(all, member, broker.layer(layer).get(member), source(layer));
        }
        for (var member : family) addDefault(all, BrokerConfig.find(member).setting());
        int first = 0;
        while (first < all.size() && !all.get(first).name().equals(name)) first++;
        synonyms.addAll(all.subList(first, all.size()));
    }

    private static void addSynonym(List<DescribeConfigsSynonym> synonyms, String name, String value, byte source) {
        if (value != null) synonyms.add(synonym(name, shown(BrokerConfig.find(name).setting(), value.trim()), source));
    }

    private static void addDefault(List<DescribeConfigsSynonym> synonyms, Setting<?> setting) {
        if (!setting.isRequired()) addSynonymOfDefault(synonyms, setting);
    }

    private static void addSynonymOfDefault(List<DescribeConfigsSynonym> synonyms, Setting<?> setting) {
        String value = setting.defaultText();
        if (value != null) synonyms.add(synonym(setting.name(), shown(setting, value), SOURCE_DEFAULT));
    }

    private static DescribeConfigsSynonym synonym(String name, String value, byte source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source);
    }

    /** The settings that fall back to each other, as {@code log.retention.ms} to minutes and hours. */
    private static List<String> family(String brokerName) {
        for (var known : TopicSettings.all()) {
            var names = known.setting().brokerNames();
            if (names.size() > 1 && names.contains(brokerName)) return names;
        }
        return List.of(brokerName);
    }

    /** @return null if no broker setting gives this one its default */
    static String brokerName(Setting<?> setting, byte source) {
        if (source == SOURCE_TOPIC) return setting.brokerNames().isEmpty() ? null : setting.brokerNames().get(0);
        if (setting.name().equals("streams.assignor.name")) return "group.streams.assignors";
        return SettingTable.broker().find("group." + setting.name()) == null ? null : "group." + setting.name();
    }

    private String inherited(Setting<?> setting, String brokerName, byte source) {
        if (source == SOURCE_TOPIC) return format(setting, broker.topicDefaults().get(setting));
        if (brokerName == null) return setting.defaultText();
        var ofBroker = BrokerConfig.find(brokerName).setting();
        String value = effective(ofBroker);
        boolean isFirstOfList = ofBroker.type() == Setting.Type.LIST && setting.type() == Setting.Type.STRING;
        return isFirstOfList && value != null ? Setting.split(value).get(0) : value;
    }

    /** What holds for a broker setting, as text, or null. */
    private String effective(Setting<?> setting) {
        Object value = broker.value(setting.name());
        return value == null ? setting.defaultText() : format(setting, value);
    }

    /** Internal ones are told to whoever gave the broker's own. */
    private boolean isLeftOut(KnownSetting known, String brokerName) {
        boolean isHidden = known.setting().isInternal() && (brokerName == null || !isGiven(brokerName));
        return isHidden || !isAskedFor(known.name());
    }

    private boolean isGiven(String name) {
        for (var layer : Layer.values()) if (broker.layer(layer).containsKey(name)) return true;
        return false;
    }

    private boolean isAskedFor(String name) {
        return names == null || names.contains(name);
    }

    private static String shown(Setting<?> setting, String value) {
        return setting.isSensitive() ? null : value;
    }

    private static String reformatted(Setting<?> setting, String text) {
        return format(setting, setting.parse(text));
    }

    @SuppressWarnings("unchecked") // the value was parsed by this setting
    private static <T> String format(Setting<T> setting, Object value) {
        return setting.format((T) value);
    }

    private static byte source(Layer layer) {
        return switch (layer) {
            case DYNAMIC_BROKER -> SOURCE_BROKER;
            case DYNAMIC_CLUSTER -> SOURCE_CLUSTER;
            case STATIC -> SOURCE_STATIC;
        };
    }

    /** Kafka's code of a type on the wire. */
    private static byte code(Setting.Type type) {
        return (byte) switch (type) {
            case BOOLEAN -> 1;
            case STRING -> 2;
            case INT -> 3;
            case SHORT -> 4;
            case LONG -> 5;
            case DOUBLE -> 6;
            case LIST -> 7;
            case CLASS -> 8;
            case PASSWORD -> 9;
        };
    }
}
