package io.barnabas.server.config;

import io.barnabas.base.Setting;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a node is when nobody says: broker and controller in one, on the loopback addresses, with its data in
 * {@code data} of the working directory. Kafka asks for these settings; each is filled in only where it is missing.
 */
final class OwnDefaults {
    static final int PORT = 9092;
    private static final String CONTROLLER = "CONTROLLER";

    private OwnDefaults() {}

    static Map<String, String> fillIn(Map<String, String> given) {
        var filled = new HashMap<>(given);
        filled.putIfAbsent("process.roles", "broker,controller");
        String id = filled.getOrDefault("node.id", filled.getOrDefault("broker.id", "1"));
        filled.putIfAbsent("node.id", id);
        filled.putIfAbsent("broker.id", id);
        boolean namesController = filled.putIfAbsent("controller.listener.names", CONTROLLER) != null;
        String listeners = filled.putIfAbsent("listeners", listeners(PORT, controllerName(filled)));
        if (listeners != null && !namesController && !names(listeners, CONTROLLER)) {
            filled.put("listeners", listeners + "," + listener(CONTROLLER, controllerPort(PORT)));
        }
        if (isBlank(filled.get("log.dirs")) && isBlank(filled.get("log.dir"))) filled.put("log.dirs", "data");
        return Map.copyOf(filled);
    }

    /** One listener for clients at a port of localhost, and one for the controller beside it; port 0 lets the system choose. */
    static String listeners(int port, String controllerName) {
        return listener("PLAINTEXT", port) + "," + listener(controllerName, controllerPort(port));
    }

    static String controllerName(Map<String, String> given) {
        var names = Setting.split(given.getOrDefault("controller.listener.names", CONTROLLER).trim());
        return names.isEmpty() ? CONTROLLER : names.get(0);
    }

    private static int controllerPort(int port) {
        return port == 0 || port == 0xFFFF ? 0 : port + 1;
    }

    private static String listener(String name, int port) {
        return name + "://localhost:" + port;
    }

    private static boolean names(String listeners, String name) {
        List<String> entries = Setting.split(listeners.trim());
        for (var entry : entries) if (entry.toUpperCase(Locale.ROOT).startsWith(name + "://")) return true;
        return false;
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }
}
