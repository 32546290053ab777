package io.barnabas.server.config;

import io.barnabas.base.Setting;
import io.barnabas.base.SettingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where a node listens, and what it tells others about it.
 *
 * @param all                 {@code listeners}, in their order
 * @param controllerNames     the listeners that the controller serves, the first of them to be registered
 * @param interBrokerName     the listener by which brokers reach each other
 * @param advertised          {@code advertised.listeners}; empty when not given: each client is then told the address
 *                            that its connection arrived at
 * @param isAdvertisedGiven   whether {@code advertised} was given
 */
public record Listeners(
        List<Endpoint> all,
        List<String> controllerNames,
        String interBrokerName,
        List<Endpoint> advertised,
        boolean isAdvertisedGiven) {
    private static final String PLAINTEXT = "PLAINTEXT";

    /** The listeners for clients and other brokers. */
    public List<Endpoint> ofBroker() {
        return chosen(false);
    }

    /** The listeners of the controller. */
    public List<Endpoint> ofController() {
        return chosen(true);
    }

    /** @return null if there is no listener of this name */
    public Endpoint named(String listener) {
        return find(all, listener);
    }

    /** @return null if this listener is not advertised */
    public Endpoint advertised(String listener) {
        return find(advertised, listener);
    }

    public boolean isController(String listener) {
        return controllerNames.contains(listener);
    }

    private List<Endpoint> chosen(boolean ofController) {
        var chosen = new ArrayList<Endpoint>();
        for (var endpoint : all) if (isController(endpoint.listener()) == ofController) chosen.add(endpoint);
        return chosen;
    }

    private static Endpoint find(List<Endpoint> endpoints, String listener) {
        for (var endpoint : endpoints) if (endpoint.listener().equals(listener)) return endpoint;
        return null;
    }

    /** @throws SettingException if a listener cannot be understood, or asks for what is not built */
    static Listeners of(BrokerConfig config) {
        var all = endpoints(BrokerSettings.LISTENERS, config.get(BrokerSettings.LISTENERS));
        if (all.isEmpty()) throw new SettingException("listeners", "", "name at least one listener");
        checkPorts(all);
        var controllers = upperCase(config.get(BrokerSettings.CONTROLLER_LISTENER_NAMES));
        checkProtocols(config, all, controllers);
        for (var name : controllers) {
            if (find(all, name) == null) {
                throw new SettingException("controller.listener.names", name, "it must be one of the names in listeners");
            }
        }
        var advertised = config.get(BrokerSettings.ADVERTISED_LISTENERS);
        var given = advertised == null || advertised.isEmpty() ? List.<Endpoint>of()
                : endpoints(BrokerSettings.ADVERTISED_LISTENERS, advertised);
        checkAdvertised(all, controllers, given);
        var listeners = new Listeners(all, controllers, interBroker(config), given, !given.isEmpty());
        checkInterBroker(listeners);
        return listeners;
    }

    private static List<Endpoint> endpoints(Setting<?> setting, List<String> texts) {
        var names = new HashSet<String>();
        var endpoints = new ArrayList<Endpoint>(texts.size());
        for (var text : texts) {
            var endpoint = Endpoint.parse(text);
            if (endpoint == null) {
                throw new SettingException(setting.name(), text,
                        "Unable to parse " + text + " to a broker endpoint; write NAME://host:port");
            }
            if (!names.add(endpoint.listener())) {
                throw new SettingException(setting.name(), texts, "Each listener must have a different name");
            }
            endpoints.add(endpoint);
        }
        return List.copyOf(endpoints);
    }

    private static void checkPorts(List<Endpoint> all) {
        for (int i = 0; i < all.size(); i++) {
            for (int j = i + 1; j < all.size(); j++) {
                Endpoint one = all.get(i);
                Endpoint other = all.get(j);
                boolean mayClash = one.isWildcard() || other.isWildcard() || one.host().equals(other.host());
                if (one.port() == other.port() && one.port() != 0 && mayClash) {
                    throw new SettingException("listeners", all, "Each listener must have a different port");
                }
            }
        }
    }

    private static void checkProtocols(BrokerConfig config, List<Endpoint> all, List<String> controllers) {
        var map = protocols(config);
        boolean isMapGiven = config.isGiven(BrokerSettings.LISTENER_SECURITY_PROTOCOL_MAP);
        for (var endpoint : all) {
            String name = endpoint.listener();
            String protocol = map.get(name);
            if (protocol == null && !isMapGiven && controllers.contains(name)) protocol = PLAINTEXT;
            if (protocol == null) {
                throw new SettingException("listeners", endpoint, "No security protocol defined for listener " + name
                        + "; add " + name + ":PLAINTEXT to listener.security.protocol.map");
            }
            if (!protocol.equals(PLAINTEXT)) {
                throw new SettingException("listeners", endpoint, "its security protocol is " + protocol
                        + ", and only PLAINTEXT is built; use a PLAINTEXT listener on a network you trust");
            }
        }
    }

    private static Map<String, String> protocols(BrokerConfig config) {
        var setting = BrokerSettings.LISTENER_SECURITY_PROTOCOL_MAP;
        var protocols = new HashMap<String, String>();
        for (var pair : Setting.split(config.get(setting))) {
            int colon = pair.lastIndexOf(':');
            if (colon <= 0) throw new SettingException(setting.name(), pair, "write NAME:PROTOCOL");
            String protocol = pair.substring(colon + 1).trim().toUpperCase(Locale.ROOT);
            if (!List.of(PLAINTEXT, "SSL", "SASL_PLAINTEXT", "SASL_SSL").contains(protocol)) {
                throw new SettingException(setting.name(), pair,
                        "the protocol must be one of: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL");
            }
            protocols.put(pair.substring(0, colon).trim().toUpperCase(Locale.ROOT), protocol);
        }
        return protocols;
    }

    private static void checkAdvertised(List<Endpoint> all, List<String> controllers, List<Endpoint> advertised) {
        for (var endpoint : advertised) {
            if (endpoint.host().equals("0.0.0.0") || endpoint.host().equals("::")) {
                throw new SettingException("advertised.listeners", endpoint,
                        "nobody can connect to " + endpoint.host() + "; name an address that clients reach");
            }
            if (find(all, endpoint.listener()) == null && !controllers.contains(endpoint.listener())) {
                throw new SettingException("advertised.listeners", endpoint, "its name must be one of those in listeners");
            }
        }
    }

    private static String interBroker(BrokerConfig config) {
        String name = config.get(BrokerSettings.INTER_BROKER_LISTENER_NAME);
        return name == null || name.isEmpty() ? PLAINTEXT : name.toUpperCase(Locale.ROOT);
    }

    private static void checkInterBroker(Listeners listeners) {
        String name = listeners.interBrokerName;
        var known = listeners.isAdvertisedGiven ? listeners.advertised : listeners.all;
        if (find(known, name) == null || listeners.isController(name)) {
            throw new SettingException("inter.broker.listener.name", name, "it must be a listener for brokers that is "
                    + (listeners.isAdvertisedGiven ? "in advertised.listeners" : "in listeners") + ": " + known);
        }
    }

    private static List<String> upperCase(List<String> names) {
        var upper = new ArrayList<String>(names.size());
        for (var name : names) upper.add(name.toUpperCase(Locale.ROOT));
        return List.copyOf(upper);
    }
}
