package io.barnabas.model;

/** What the timestamps of a batch mean; the ordinal is the batch's attribute bit. */
public enum TimestampType {
    /** The producer's clock, record by record. */
    CREATE_TIME("CreateTime"),
    /** The leader's clock at the append, one for the whole batch. */
    LOG_APPEND_TIME("LogAppendTime");

    private final String configName;

    TimestampType(String configName) {
        this.configName = configName;
    }

    /** As in {@code message.timestamp.type}. */
    public String configName() {
        return configName;
    }

    /** @return null if there is none of this name */
    public static TimestampType ofName(String configName) {
        for (var type : values()) if (type.configName.equals(configName)) return type;
        return null;
    }
}
