package io.barnabas.cluster.controller;

import io.barnabas.cluster.metadata.ConfigResource;
import java.util.Map;

/** Knows which configs there are and what they may hold. Called on the controller's loop; must not block. */
public interface ConfigValidator {
    /**
     * Checks what a resource's dynamic configs would be after a change.
     *
     * @param before what is set now
     * @param after  all that would be set
     * @return null if it may be, else why not, as the answer's INVALID_CONFIG message
     */
    String refusal(ConfigResource resource, Map<String, String> before, Map<String, String> after);

    /** Whether a config holds a list, to which values can be appended, and from which they can be taken. */
    boolean isList(ConfigResource.Type type, String name);

    /** What a config is when nobody set it, for {@code APPEND} and {@code SUBTRACT}; null if it has no default. */
    String defaultValue(ConfigResource.Type type, String name);

    /**
     * The configs of a topic as the answer to its creation lists them.
     *
     * @param topicConfigs    set for the topic
     * @param clusterConfigs  set for all brokers
     */
    java.util.List<EffectiveConfig> effectiveTopicConfigs(Map<String, String> topicConfigs, Map<String, String> clusterConfigs);

    /**
     * One config with where it comes from.
     *
     * @param value  null if it is sensitive or has none
     * @param source Kafka's code of the config source: 1 topic, 2 broker, 3 default of all brokers, 4 static, 5 default
     */
    record EffectiveConfig(String name, String value, boolean readOnly, byte source, boolean sensitive) {}
}
