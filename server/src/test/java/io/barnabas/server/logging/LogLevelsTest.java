package io.barnabas.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogLevelsTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final LogLevels levels =
            new LogLevels(new LogOutput(new PrintStream(printed, true, StandardCharsets.UTF_8), () -> 1_795_264_826_007L));

    @Test
    void aLineTellsTimeLevelPlaceAndText() {
        levels.logger("io.barnabas.server.Main").warn("Disk is {} % full: {}", 91, "/data");
        assertThat(text()).isEqualTo("2026-11-21T12:40:26.007Z WARN  Main: Disk is 91 % full: /data" + System.lineSeparator());
    }

    @Test
    void anExceptionIsPrintedWithItsTrace() {
        levels.logger("a.B").error("It broke", new IllegalStateException("why"));
        assertThat(text()).contains("ERROR B: It broke").contains("java.lang.IllegalStateException: why").contains("\tat ");
    }

    @Test
    void aLoggerHasTheLevelOfTheNearestNameAboveIt() {
        var logger = levels.logger("a.b.C");
        assertThat(logger.isDebugEnabled()).isFalse();
        levels.set("a", Level.DEBUG);
        assertThat(logger.isDebugEnabled()).isTrue();
        levels.set("a.b", Level.ERROR);
        assertThat(logger.isWarnEnabled()).isFalse();
        levels.unset("a.b");
        levels.unset("a");
        levels.set(LogLevels.ROOT, Level.FATAL);
        assertThat(logger.isErrorEnabled()).isFalse();
    }

    @Test
    void loggersAndTheNamesAboveThemExist() {
        levels.logger("a.b.C");
        assertThat(levels.exists("a.b")).isTrue();
        assertThat(levels.exists("a.b.D")).isFalse();
        assertThat(levels.all()).containsEntry("a.b.C", Level.INFO).containsEntry(LogLevels.ROOT, Level.INFO);
    }

    @Test
    void theProcessLogsThroughHere() {
        LoggerFactory.getLogger("some.Logger");
        assertThat(LogLevels.ofProcess().exists("some.Logger")).isTrue();
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
