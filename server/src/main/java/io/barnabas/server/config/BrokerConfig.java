package io.barnabas.server.config;

import io.barnabas.base.Setting;
import io.barnabas.base.SettingException;
import io.barnabas.replication.PartitionConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The settings of one broker, read, checked and typed: what was given at the start, what the cluster changed for all
 * brokers, and what it changed for this one, the later before the earlier. Immutable: a change makes a new one.
 */
public final class BrokerConfig {
    private static final String LISTENER_PREFIX = "listener.name.";

    /** Where a value comes from, the strongest first. */
    enum Layer { DYNAMIC_BROKER, DYNAMIC_CLUSTER, STATIC }

    private final Map<String, String> given;
    private final Map<String, String> ofCluster;
    private final Map<String, String> ofBroker;
    private final Map<String, String> texts;
    private final Map<String, Object> values;
    private final List<String> withoutEffect = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Listeners listeners;
    private final List<Path> logDirs;
    private final TopicDefaults topicDefaults;

    private BrokerConfig(Map<String, String> given) {
        this.given = given;
        this.ofCluster = Map.of();
        this.ofBroker = Map.of();
        texts = new HashMap<>();
        values = new HashMap<>();
        for (var entry : new TreeMap<>(given).entrySet()) take(entry.getKey(), entry.getValue(), Layer.STATIC);
        if (!problems.isEmpty()) throw new SettingException(String.join("\n", problems));
        ConfigRules.checkNode(this);
        listeners = Listeners.of(this);
        logDirs = directories();
        topicDefaults = new TopicDefaults(this);
    }

    private BrokerConfig(BrokerConfig before, Map<String, String> ofCluster, Map<String, String> ofBroker) {
        this.given = before.given;
        this.ofCluster = ofCluster;
        this.ofBroker = ofBroker;
        var started = new BrokerConfig(given);
        texts = started.texts;
        values = started.values;
        listeners = started.listeners;
        logDirs = started.logDirs;
        for (var entry : new TreeMap<>(ofCluster).entrySet()) take(entry.getKey(), entry.getValue(), Layer.DYNAMIC_CLUSTER);
        for (var entry : new TreeMap<>(ofBroker).entrySet()) take(entry.getKey(), entry.getValue(), Layer.DYNAMIC_BROKER);
        topicDefaults = new TopicDefaults(this);
    }

    /**
     * Settings as given in a file and on the command line; what is missing to start one node is filled in
     * ({@link OwnDefaults}).
     *
     * @throws SettingException if a value is not valid or is refused; the message has a line for each
     */
    public static BrokerConfig of(Map<String, String> given) {
        var config = new BrokerConfig(OwnDefaults.fillIn(given));
        ConfigRules.check(config);
        return config;
    }

    /**
     * The same settings with what the cluster changed. A change that is not valid here, or asks for what is not built, is
     * left out and named in {@link #ignoredChanges}.
     *
     * @param ofCluster changes for all brokers
     * @param ofBroker  changes for this broker
     */
    public BrokerConfig with(Map<String, String> ofCluster, Map<String, String> ofBroker) {
        if (ofCluster.equals(this.ofCluster) && ofBroker.equals(this.ofBroker)) return this;
        return new BrokerConfig(this, Map.copyOf(ofCluster), Map.copyOf(ofBroker));
    }

    /** What holds for this setting. */
    @SuppressWarnings("unchecked") // values are only put under the name of the setting that parsed them
    public <T> T get(Setting<T> setting) {
        Object value = values.get(setting.name());
        return value == null ? setting.defaultValue() : (T) value;
    }

    /** What holds for this setting at one listener: {@code listener.name.<listener>.<setting>} goes before the setting. */
    @SuppressWarnings("unchecked")
    public <T> T get(Setting<T> setting, String listener) {
        Object value = values.get(LISTENER_PREFIX + listener.toLowerCase(Locale.ROOT) + "." + setting.name());
        return value == null ? get(setting) : (T) value;
    }

    public int nodeId() {
        return get(BrokerSettings.NODE_ID);
    }

    public Listeners listeners() {
        return listeners;
    }

    /** {@code max.connections.per.ip.overrides}: the limit of each host, as written. */
    public Map<String, Integer> connectionsPerIpOverrides() {
        return ConnectionOverrides.parse(get(BrokerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES));
    }

    /** Where data is kept, at least one directory. */
    public List<Path> logDirs() {
        return logDirs;
    }

    /** Where the metadata log is kept: one of {@link #logDirs} or a directory of its own. */
    public Path metadataLogDir() {
        String directory = get(BrokerSettings.METADATA_LOG_DIR);
        return directory == null || directory.isEmpty() ? logDirs.get(0) : Path.of(directory);
    }

    /** Event loops to run, 1 to 256. */
    public int eventLoops() {
        Integer count = get(BrokerSettings.NUM_EVENT_LOOPS);
        return count != null ? count : Math.max(1, Math.min(8, Runtime.getRuntime().availableProcessors() / 2));
    }

    /** What this broker's and a topic's own settings mean for the partitions of the topic. */
    public PartitionConfig partitionConfig(Map<String, String> topicSettings) {
        return topicDefaults.with(topicSettings);
    }

    /** The changes of the cluster that were left out, each with its reason. */
    public List<String> ignoredChanges() {
        return List.copyOf(problems);
    }

    /** One line to log at start that names every setting that was given and has no effect; empty if there is none. */
    public String warning() {
        var line = new StringBuilder();
        if (!withoutEffect.isEmpty()) {
            line.append("Settings accepted without effect: ").append(String.join(", ", withoutEffect)).append('.');
        }
        if (!unknown.isEmpty()) {
            if (line.length() > 0) line.append(' ');
            line.append("Settings that are not known: ").append(String.join(", ", unknown)).append('.');
        }
        return line.toString();
    }

    /** True if the value does not come from the setting's default. */
    boolean isGiven(Setting<?> setting) {
        return values.containsKey(setting.name());
    }

    /** The text that holds for a setting, or null if none was given. */
    String text(String name) {
        return texts.get(name);
    }

    /** The typed value given for a setting, or null. */
    Object value(String name) {
        return values.get(name);
    }

    /** The number given for a setting, or null. */
    Number number(String name) {
        return (Number) values.get(name);
    }

    /** True if a name was given at the start that nobody knows. */
    boolean isUnknown(String name) {
        return unknown.contains(name);
    }

    TopicDefaults topicDefaults() {
        return topicDefaults;
    }

    /** What was given at one layer. */
    Map<String, String> layer(Layer layer) {
        return switch (layer) {
            case DYNAMIC_BROKER -> ofBroker;
            case DYNAMIC_CLUSTER -> ofCluster;
            case STATIC -> given;
        };
    }

    /** @return null if nobody knows the setting; a setting for one listener is found by its name without the prefix */
    static KnownSetting find(String name) {
        var declared = BrokerSettings.named(name);
        if (declared != null) return new KnownSetting(declared, Kind.HONOURED, "");
        var known = SettingTable.broker().find(name);
        return known != null || !name.startsWith(LISTENER_PREFIX) ? known : findForListener(name);
    }

    /** {@code listener.name.<listener>.<setting>}, or with a SASL mechanism before the setting. */
    private static KnownSetting findForListener(String name) {
        for (int dot = name.indexOf('.', LISTENER_PREFIX.length()); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            var known = SettingTable.broker().find(name.substring(dot + 1));
            if (known != null) return known;
        }
        return null;
    }

    /** Whether a change of a running broker is taken; what is bound to its sockets stays as it was at the start. */
    static boolean mayChange(KnownSetting known) {
        return known.setting().scope() != Setting.Scope.READ_ONLY && known.setting() != BrokerSettings.LISTENERS
                && known.setting() != BrokerSettings.LISTENER_SECURITY_PROTOCOL_MAP;
    }

    private void take(String name, String text, Layer layer) {
        var known = find(name);
        if (known == null) {
            if (layer == Layer.STATIC) unknown.add(name);
            return;
        }
        if (layer != Layer.STATIC && !mayChange(known)) return;
        try {
            String refusal = known.refusal(text);
            if (refusal != null) throw new SettingException(refusal);
            Object value = known.setting().parse(text);
            texts.put(name, text.trim());
            if (value != null) values.put(name, value);
            if (layer == Layer.STATIC && known.kind() == Kind.ACCEPTED) withoutEffect.add(name);
        } catch (SettingException e) {
            problems.add(e.getMessage());
        }
    }

    private List<Path> directories() {
        var names = get(BrokerSettings.LOG_DIRS);
        if (names == null || names.isEmpty()) names = get(BrokerSettings.LOG_DIR);
        var paths = new ArrayList<Path>(names.size());
        for (var name : names) {
            if (!name.isEmpty() && !paths.contains(Path.of(name))) paths.add(Path.of(name));
        }
        if (paths.isEmpty()) throw new SettingException("log.dirs", names, "At least one log directory must be defined");
        return List.copyOf(paths);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BrokerConfig config && given.equals(config.given)
                && ofCluster.equals(config.ofCluster) && ofBroker.equals(config.ofBroker);
    }

    @Override
    public int hashCode() {
        return Objects.hash(given, ofCluster, ofBroker);
    }
}
