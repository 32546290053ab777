package io.barnabas.cluster.metadata;

import java.util.Objects;

/**
 * What a set of dynamic configs belongs to.
 *
 * @param name the topic, the broker's id as text (empty: the default of all brokers), the group or the subscription
 */
public record ConfigResource(Type type, String name) {
    /** Kinds of resources, with their codes on the wire and in records. */
    public enum Type {
        TOPIC(2), BROKER(4), BROKER_LOGGER(8), CLIENT_METRICS(16), GROUP(32);

        private final byte code;

        Type(int code) {
            this.code = (byte) code;
        }

        public byte code() {
            return code;
        }

        /** @return null if no type has this code */
        public static Type of(byte code) {
            return switch (code) {
                case 2 -> TOPIC;
                case 4 -> BROKER;
                case 8 -> BROKER_LOGGER;
                case 16 -> CLIENT_METRICS;
                case 32 -> GROUP;
                default -> null;
            };
        }
    }

    /** The defaults of all brokers. */
    public static final ConfigResource CLUSTER_DEFAULT = new ConfigResource(Type.BROKER, "");

    public ConfigResource {
        Objects.requireNonNull(type);
        Objects.requireNonNull(name);
    }

    public static ConfigResource topic(String name) {
        return new ConfigResource(Type.TOPIC, name);
    }

    public static ConfigResource broker(int brokerId) {
        return new ConfigResource(Type.BROKER, Integer.toString(brokerId));
    }

    public static ConfigResource group(String groupId) {
        return new ConfigResource(Type.GROUP, groupId);
    }

    /** The same in every process, unlike an enum's own, so that the order of snapshots is too. */
    @Override
    public int hashCode() {
        return 31 * name.hashCode() + type.code;
    }

    @Override
    public String toString() {
        return type + ":" + name;
    }
}
