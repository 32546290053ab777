package io.barnabas.server.config;

import io.barnabas.base.SettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * The command line of a start: {@code [--config FILE] [--data DIR] [--port N] [--override key=value]...}. An override goes
 * before the file; {@code --data} is {@code log.dirs} and {@code --port} the port of the listener on localhost.
 */
public final class StartArguments {
    private StartArguments() {}

    /**
     * The settings of a start.
     *
     * @throws SettingException if the command line is not understood, or a value is not valid or refused
     * @throws IOException      if the file cannot be read
     */
    public static BrokerConfig parse(String... arguments) throws IOException {
        var overrides = new HashMap<String, String>();
        Path file = null;
        String data = null;
        String port = null;
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) throw new SettingException("Argument " + arguments[i] + " wants a value after it.");
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--config" -> file = Path.of(value);
                case "--data" -> data = value;
                case "--port" -> port = value;
                case "--override" -> putPair(overrides, value);
                default -> throw new SettingException("Argument " + arguments[i] + " is not known; allowed are --config FILE, "
                        + "--data DIR, --port N and --override key=value.");
            }
        }
        var given = file == null ? new HashMap<String, String>() : load(file);
        given.putAll(overrides);
        if (data != null) putDirectory(given, data);
        if (port != null) putPort(given, port);
        return BrokerConfig.of(given);
    }

    /** A properties file, of which the last of several equal names counts. */
    public static Map<String, String> load(Path file) throws IOException {
        var properties = new Properties();
        try (var in = Files.newInputStream(file)) {
            properties.load(in);
        } catch (IllegalArgumentException e) {
            throw new SettingException("File " + file + " is not a properties file: " + e.getMessage());
        }
        var values = new HashMap<String, String>();
        for (var name : properties.stringPropertyNames()) values.put(name, properties.getProperty(name));
        return values;
    }

    private static void putPair(Map<String, String> overrides, String pair) {
        int equals = pair.indexOf('=');
        if (equals <= 0) throw new SettingException("Argument --override wants key=value: " + pair);
        overrides.put(pair.substring(0, equals).trim(), pair.substring(equals + 1));
    }

    private static void putDirectory(Map<String, String> given, String data) {
        given.put("log.dirs", data);
        given.remove("log.dir");
    }

    private static void putPort(Map<String, String> given, String text) {
        int port = Endpoint.port(text);
        if (port < 0) throw new SettingException("Argument --port wants a number from 0 to 65535: " + text);
        if (given.containsKey("listeners")) {
            throw new SettingException("Argument --port cannot be used when listeners is set; change the port there.");
        }
        given.put("listeners", OwnDefaults.listeners(port, OwnDefaults.controllerName(given)));
    }
}
