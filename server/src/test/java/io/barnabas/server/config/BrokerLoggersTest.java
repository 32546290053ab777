package io.barnabas.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.barnabas.server.logging.LogLevels;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BrokerLoggersTest {
    private static final String NAME = "test.of.BrokerLoggers";
    private final BrokerLoggers loggers = new BrokerLoggers(LogLevels.ofProcess());

    @AfterEach
    void forget() {
        LogLevels.ofProcess().unset(NAME);
    }

    @Test
    void aLevelIsSetDescribedAndTakenAway() {
        var logger = LoggerFactory.getLogger(NAME);
        change((byte) 0, "DEBUG");
        assertThat(logger.isDebugEnabled()).isTrue();
        assertThat(loggers.describe(List.of(NAME))).hasSize(1).first()
                .satisfies(entry -> assertThat(entry.value()).isEqualTo("DEBUG"));
        change((byte) 1, null);
        assertThat(logger.isDebugEnabled()).isFalse();
        assertThat(loggers.describe(null)).extracting(entry -> entry.name()).contains(NAME, "root");
    }

    @Test
    void whatCannotBeDoneIsRefusedInKafkasWords() {
        LoggerFactory.getLogger(NAME);
        refuses("nosuch", (byte) 0, "INFO", ErrorCode.INVALID_CONFIG, "Logger nosuch does not exist!");
        refuses("root", (byte) 0, "NOPE", ErrorCode.INVALID_CONFIG, "Cannot set the log level of root to NOPE as it is not a "
                + "supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN");
        refuses("root", (byte) 2, "INFO", ErrorCode.INVALID_REQUEST,
                "APPEND operation is not allowed for the BROKER_LOGGER resource");
        refuses("root", (byte) 1, null, ErrorCode.INVALID_REQUEST, "Removing the log level of the root logger is not allowed");
    }

    private void change(byte operation, String level) {
        var changes = List.of(new AlterableConfig().setName(NAME).setConfigOperation(operation).setValue(level));
        assertThat(loggers.refusal(changes)).isNull();
        loggers.apply(changes);
    }

    private void refuses(String name, byte operation, String level, ErrorCode error, String message) {
        var changes = List.of(new AlterableConfig().setName(name).setConfigOperation(operation).setValue(level));
        assertThat(loggers.refusal(changes)).isEqualTo(new BrokerLoggers.Refusal(error, message));
    }
}
