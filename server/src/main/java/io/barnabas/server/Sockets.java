package io.barnabas.server;

import static io.barnabas.server.config.BrokerSettings.CONNECTIONS_MAX_IDLE_MS;
import static io.barnabas.server.config.BrokerSettings.MAX_CONNECTIONS;
import static io.barnabas.server.config.BrokerSettings.MAX_CONNECTIONS_PER_IP;
import static io.barnabas.server.config.BrokerSettings.MAX_CONNECTION_CREATION_RATE;
import static io.barnabas.server.config.BrokerSettings.QUEUED_MAX_REQUEST_BYTES;
import static io.barnabas.server.config.BrokerSettings.SOCKET_LISTEN_BACKLOG_SIZE;
import static io.barnabas.server.config.BrokerSettings.SOCKET_RECEIVE_BUFFER_BYTES;
import static io.barnabas.server.config.BrokerSettings.SOCKET_REQUEST_MAX_BYTES;
import static io.barnabas.server.config.BrokerSettings.SOCKET_SEND_BUFFER_BYTES;

import io.barnabas.base.NioEventLoop;
import io.barnabas.base.Setting;
import io.barnabas.network.BindException;
import io.barnabas.network.ConnectionLimits;
import io.barnabas.network.FrameReceiver;
import io.barnabas.network.Listener;
import io.barnabas.network.ListenerConfig;
import io.barnabas.network.NetworkLoop;
import io.barnabas.network.SocketServer;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The node's listeners, bound as the settings say. */
final class Sockets {
    private static final long STOP_DEADLINE_MS = 5_000;
    /** What half-read and retained requests of all loops may take when {@code queued.max.request.bytes} sets no bound. */
    private static final long HELD_BYTES_MAX = 512L << 20;

    private final BrokerConfig config;
    private final SocketServer server;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();

    Sockets(BrokerConfig config, List<NioEventLoop> loops) {
        this.config = config;
        long heldBytesMax = heldBytesMax(config) / loops.size();
        var networkLoops = new ArrayList<NetworkLoop>();
        for (var loop : loops) networkLoops.add(new NetworkLoop(loop, heldBytesMax));
        this.server = new SocketServer(networkLoops, limits(config));
    }

    private static ConnectionLimits limits(BrokerConfig config) {
        return new ConnectionLimits(config.get(MAX_CONNECTIONS), config.get(MAX_CONNECTIONS_PER_IP), perIpOverrides(config),
                config.get(MAX_CONNECTION_CREATION_RATE));
    }

    private static ConnectionLimits limits(BrokerConfig config, String listener) {
        return new ConnectionLimits(config.get(MAX_CONNECTIONS, listener), Integer.MAX_VALUE, Map.of(),
                config.get(MAX_CONNECTION_CREATION_RATE, listener));
    }

    /** Puts changed limits into effect; connections that are there stay. Any thread. */
    void limit(BrokerConfig changed) {
        server.limit(limits(changed));
        for (var listener : listeners) listener.limit(limits(changed, listener.name()));
    }

    private static Map<InetAddress, Integer> perIpOverrides(BrokerConfig config) {
        var byAddress = new HashMap<InetAddress, Integer>();
        for (var limit : config.connectionsPerIpOverrides().entrySet()) {
            try {
                for (var address : InetAddress.getAllByName(limit.getKey())) byAddress.put(address, limit.getValue());
            } catch (UnknownHostException e) {
                throw new StartException("A host of max.connections.per.ip.overrides has no address: host=" + limit.getKey(), e);
            }
        }
        return byAddress;
    }

    /** Half the heap is the most that makes sense: direct memory is bounded by it, too. */
    private static long heldBytesMax(BrokerConfig config) {
        long configured = config.get(QUEUED_MAX_REQUEST_BYTES);
        return configured > 0 ? configured : Math.min(HELD_BYTES_MAX, Runtime.getRuntime().maxMemory() / 2);
    }

    /** Binds every listener; nobody is let in before {@link #start}. @throws BindException if an address cannot be had */
    void listen(FrameReceiver ofBroker, FrameReceiver ofController) {
        for (var endpoint : config.listeners().all()) {
            boolean isController = config.listeners().isController(endpoint.listener());
            int port = bind(endpoint, isController ? ofController : ofBroker);
            endpoints.add(new Endpoint(endpoint.listener(), endpoint.host(), port));
        }
    }

    /** The listeners with the ports that they have. */
    List<Endpoint> endpoints() {
        return endpoints;
    }

    void start() {
        server.start();
    }

    CompletionStage<Void> stop() {
        return server.stop(STOP_DEADLINE_MS);
    }

    private int bind(Endpoint endpoint, FrameReceiver receiver) {
        List<InetSocketAddress> addresses;
        try {
            addresses = endpoint.bindAddresses();
        } catch (UnknownHostException e) {
            throw new StartException("The host of a listener has no address: listener=" + endpoint, e);
        }
        Listener first = server.listen(listenerConfig(endpoint, addresses.get(0)), receiver);
        listeners.add(first);
        int port = first.address().getPort();
        for (var address : addresses.subList(1, addresses.size())) {
            try {
                listeners.add(server.listen(listenerConfig(endpoint, new InetSocketAddress(address.getAddress(), port)), receiver));
            } catch (BindException e) {
                // A machine may have no IPv6; whoever resolves the name reaches the first address.
                if (endpoint.port() != 0 && isInUse(e)) throw e;
            }
        }
        return port;
    }

    private static boolean isInUse(BindException e) {
        return String.valueOf(e.getMessage()).contains("in use");
    }

    private ListenerConfig listenerConfig(Endpoint endpoint, InetSocketAddress address) {
        return new ListenerConfig(endpoint.listener(), address, of(SOCKET_LISTEN_BACKLOG_SIZE, endpoint),
                of(SOCKET_SEND_BUFFER_BYTES, endpoint), of(SOCKET_RECEIVE_BUFFER_BYTES, endpoint),
                of(SOCKET_REQUEST_MAX_BYTES, endpoint), of(CONNECTIONS_MAX_IDLE_MS, endpoint),
                limits(config, endpoint.listener()));
    }

    private <T> T of(Setting<T> setting, Endpoint endpoint) {
        return config.get(setting, endpoint.listener());
    }
}
