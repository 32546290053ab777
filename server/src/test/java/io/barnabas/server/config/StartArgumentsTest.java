package io.barnabas.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.base.SettingException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartArgumentsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"4.x-server", "3.9-kraft-server"})
    void kafkasOwnFileForOneNodeIsTaken(String name) throws Exception {
        var config = StartArguments.parse("--config", kafkas(name));
        assertThat(config.listeners().ofBroker()).hasToString("[PLAINTEXT://:9092]");
        assertThat(config.listeners().ofController()).hasToString("[CONTROLLER://:9093]");
        assertThat(config.listeners().advertised("PLAINTEXT")).hasToString("PLAINTEXT://localhost:9092");
        assertThat(config.logDirs()).containsExactly(Path.of("/tmp/kraft-combined-logs"));
        assertThat(config.warning()).startsWith("Settings accepted without effect: num.io.threads, num.network.threads")
                .doesNotContain("not known");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            4.x-broker | process.roles
            4.x-controller | process.roles
            3.9-zookeeper-server | zookeeper.connect
            """)
    void kafkasOwnFileForAPartOfAClusterIsRefused(String name, String setting) {
        assertThatThrownBy(() -> StartArguments.parse("--config", kafkas(name))).isInstanceOf(SettingException.class)
                .hasMessageContaining(setting);
    }

    @Test
    void ourOwnFileNamesNothingThatNobodyKnows() throws IOException {
        var config = StartArguments.parse("--config", Path.of("..", "config", "server.properties").toString());
        assertThat(config.warning()).doesNotContain("not known");
        assertThat(config.listeners()).isEqualTo(StartArguments.parse().listeners());
    }

    @Test
    void theCommandLineGoesBeforeTheFileAndTheLastOfEqualNamesCounts() throws IOException {
        var file = file("num.partitions=2\nnum.partitions = 3 \nlog.dirs=/one,/two\nauto.create.topics.enable=true\n");
        var config = StartArguments.parse("--config", file, "--override", "auto.create.topics.enable=false", "--data", "/mine");
        assertThat(config.get(BrokerSettings.NUM_PARTITIONS)).isEqualTo(3);
        assertThat(config.get(BrokerSettings.AUTO_CREATE_TOPICS_ENABLE)).isFalse();
        assertThat(config.logDirs()).containsExactly(Path.of("/mine"));
        assertThat(StartArguments.parse("--config", file).logDirs()).containsExactly(Path.of("/one"), Path.of("/two"));
    }

    @Test
    void aPortMovesBothListenersOfTheDefault() throws IOException {
        assertThat(StartArguments.parse("--port", "19092").listeners().all())
                .hasToString("[PLAINTEXT://localhost:19092, CONTROLLER://localhost:19093]");
        assertThat(StartArguments.parse("--port", "0").listeners().all())
                .hasToString("[PLAINTEXT://localhost:0, CONTROLLER://localhost:0]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port,70000 | --port wants a number from 0 to 65535: 70000
            --port | --port wants a value after it
            --verbose,1 | --verbose is not known
            --override,x | --override wants key=value: x
            --override,num.partitions=x | Invalid value x for configuration num.partitions: Not a number of type INT
            --port,1,--override,listeners=PLAINTEXT://:2 | --port cannot be used when listeners is set
            """)
    void aCommandLineThatIsNotUnderstoodSaysWhy(String arguments, String message) {
        assertThatThrownBy(() -> StartArguments.parse(arguments.split(","))).isInstanceOf(SettingException.class)
                .hasMessageContaining(message);
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("server.properties"), text).toString();
    }

    private static String kafkas(String name) throws URISyntaxException {
        return Path.of(StartArgumentsTest.class.getResource("kafka/" + name + ".properties").toURI()).toString();
    }
}
