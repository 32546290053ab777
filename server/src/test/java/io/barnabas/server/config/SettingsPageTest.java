package io.barnabas.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The settings reference page is printed from the tables: run with {@code -Dsettings.page.write=true} to write it anew. */
class SettingsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "SETTINGS.md");

    @Test
    void theSettingsPageSaysWhatTheTablesSay() throws IOException {
        if (Boolean.getBoolean("settings.page.write")) Files.writeString(PAGE, page());
        assertThat(Files.readString(PAGE)).as("docs/SETTINGS.md is stale; run with -Dsettings.page.write=true").isEqualTo(page());
    }

    private static String page() {
        var page = new StringBuilder("""
                # Settings

                Every setting of Apache Kafka 4.4.0 is known under its own name, and is of one of three kinds:

                - **honoured**: it does what Kafka's reference says.
                - **accepted**: any valid value is taken and has no effect. The start names those given in one warning line.
                - **refused**: only the default is taken, because ignoring another value would be unsafe or what it asks for is
                  not built. The start ends with a message that names the setting.

                A name that nobody knows is named in the same warning line. Values are given in a properties file
                (`./barnabas start --config FILE`) or one by one (`--override name=value`). *Change* says whether a broker setting
                may change while brokers run: for each broker on its own, or for all at once (cluster).

                This page is printed from the tables in `server`; a test fails when it is stale.

                ## When nothing is given

                A node is broker and controller in one (`process.roles=broker,controller`, `node.id=1`), listens on the loopback
                addresses (`listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093`) and keeps its data in `data`. Where
                `listeners` is given without a listener for the controller, `CONTROLLER://localhost:9093` is added. The host
                `localhost` means every loopback address, IPv4 and IPv6. Without `advertised.listeners`, each client is told the
                address that its connection arrived at.
                """);
        add(page, "Broker", SettingTable.broker());
        add(page, "Topic", SettingTable.topic());
        add(page, "Group", SettingTable.group());
        add(page, "Client metrics", SettingTable.clientMetrics());
        return page.toString();
    }

    private static void add(StringBuilder page, String title, SettingTable table) {
        page.append("\n## ").append(title).append(" settings\n");
        for (var kind : Kind.values()) {
            long count = table.all().stream().filter(known -> known.kind() == kind).count();
            if (count == 0) continue;
            page.append("\n### ").append(title).append(": ").append(kind.name().toLowerCase(Locale.ROOT))
                    .append(" (").append(count).append(")\n\n");
            page.append("| Setting | Type | Default | Valid | Change | Meaning |\n|---|---|---|---|---|---|\n");
            for (var known : table.all()) if (known.kind() == kind) addRow(page, known);
        }
    }

    private static void addRow(StringBuilder page, KnownSetting known) {
        var setting = known.setting();
        String value = setting.isRequired() ? "" : setting.defaultText();
        page.append("| `").append(setting.name()).append("` | ").append(setting.type().name().toLowerCase(Locale.ROOT));
        page.append(" | ").append(value == null ? "null" : value.isEmpty() ? "" : "`" + value + "`");
        page.append(" | ").append(setting.validValues()).append(" | ").append(change(known));
        page.append(" | ").append(known.doc());
        if (!setting.brokerNames().isEmpty()) page.append(" From `").append(String.join("`, `", setting.brokerNames())).append("`.");
        page.append(" |\n");
    }

    private static String change(KnownSetting known) {
        if (!BrokerConfig.mayChange(known)) return "";
        return known.setting().scope() == Setting.Scope.PER_BROKER ? "broker" : "cluster";
    }
}
