package io.barnabas.server;

import io.barnabas.base.SettingException;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.StartArguments;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** Starts a node: {@code Main [--config FILE] [--data DIR] [--port N] [--override key=value]...}. */
public final class Main {
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Main() {}

    public static void main(String[] arguments) {
        BrokerConfig config;
        try {
            config = StartArguments.parse(arguments);
        } catch (SettingException e) {
            exit(MISUSED, e.getMessage());
            return;
        } catch (NoSuchFileException e) {
            exit(MISUSED, "There is no such configuration file: " + e.getFile());
            return;
        } catch (IOException e) {
            exit(MISUSED, "The configuration cannot be read: " + e);
            return;
        }
        try {
            var broker = Broker.start(config);
            Runtime.getRuntime().addShutdownHook(new Thread(broker::stop, "shutdown"));
        } catch (StartException e) {
            exit(FAILED, e.getMessage());
        }
    }

    private static void exit(int code, String message) {
        System.err.println(message);
        System.exit(code);
    }
}
