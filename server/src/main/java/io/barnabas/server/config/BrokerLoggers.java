package io.barnabas.server.config;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.barnabas.server.logging.Level;
import io.barnabas.server.logging.LogLevels;
import java.util.ArrayList;
import java.util.List;

/** The BROKER_LOGGER resource: levels of this process's loggers, kept until it ends. Any thread may ask. */
public final class BrokerLoggers {
    private static final byte SOURCE_LOGGER = 6;
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;

    private final LogLevels levels;

    public BrokerLoggers(LogLevels levels) {
        this.levels = levels;
    }

    /** Why a change of levels was not made. */
    public record Refusal(ErrorCode error, String message) {}

    /**
     * Every logger with its level.
     *
     * @param names those that are asked for; null for all
     */
    public List<DescribeConfigsResourceResult> describe(List<String> names) {
        var entries = new ArrayList<DescribeConfigsResourceResult>();
        for (var entry : levels.all().entrySet()) {
            if (names != null && !names.contains(entry.getKey())) continue;
            entries.add(new DescribeConfigsResourceResult().setName(entry.getKey()).setValue(entry.getValue().name())
                    .setReadOnly(false).setIsDefault(false).setConfigSource(SOURCE_LOGGER).setIsSensitive(false));
        }
        return entries;
    }

    /** @return null if the changes may be made, else why none of them */
    public Refusal refusal(List<AlterableConfig> changes) {
        for (var change : changes) {
            var refusal = refusal(change);
            if (refusal != null) return refusal;
        }
        return null;
    }

    /** Makes changes that {@link #refusal} found fine. */
    public void apply(List<AlterableConfig> changes) {
        for (var change : changes) {
            if (change.configOperation() == SET) levels.set(change.name(), Level.ofName(change.value()));
            else levels.unset(change.name());
        }
    }

    private Refusal refusal(AlterableConfig change) {
        byte operation = change.configOperation();
        if (operation != SET && operation != DELETE) {
            return new Refusal(ErrorCode.INVALID_REQUEST, (operation == APPEND ? "APPEND" : "SUBTRACT")
                    + " operation is not allowed for the BROKER_LOGGER resource");
        }
        if (!levels.exists(change.name())) {
            return new Refusal(ErrorCode.INVALID_CONFIG, "Logger " + change.name() + " does not exist!");
        }
        if (operation == DELETE) {
            return !change.name().equals(LogLevels.ROOT) ? null
                    : new Refusal(ErrorCode.INVALID_REQUEST, "Removing the log level of the root logger is not allowed");
        }
        return Level.ofName(change.value()) != null ? null : new Refusal(ErrorCode.INVALID_CONFIG,
                "Cannot set the log level of " + change.name() + " to " + change.value()
                        + " as it is not a supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN");
    }
}
