package io.barnabas.server.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;

/**
 * One entry of {@code listeners} or {@code advertised.listeners}: {@code NAME://host:port}.
 *
 * @param listener its name, in capitals
 * @param host     empty: every address of the machine; {@code localhost}: every loopback address
 * @param port     0 where the system shall choose
 */
public record Endpoint(String listener, String host, int port) {
    private static final String LOCALHOST = "localhost";
    private static final byte[] LOOPBACK_4 = {127, 0, 0, 1};
    private static final byte[] LOOPBACK_6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    /** @return null if the text is not an endpoint */
    static Endpoint parse(String text) {
        int scheme = text.indexOf("://");
        int colon = text.lastIndexOf(':');
        if (scheme <= 0 || colon < scheme + 3) return null;
        String host = text.substring(scheme + 3, colon);
        if (host.startsWith("[") != host.endsWith("]")) return null;
        if (host.startsWith("[")) host = host.substring(1, host.length() - 1);
        int port = port(text.substring(colon + 1));
        if (port < 0 || !isHost(host)) return null;
        return new Endpoint(text.substring(0, scheme).toUpperCase(Locale.ROOT), host, port);
    }

    /**
     * Where to bind. For {@code localhost} both loopback addresses, so that clients reach it however they resolve that
     * name; the second one may be missing on the machine. With port 0 the second has to take the port of the first.
     *
     * @throws UnknownHostException if the host has no address
     */
    public List<InetSocketAddress> bindAddresses() throws UnknownHostException {
        if (host.isEmpty()) return List.of(new InetSocketAddress(port));
        if (!host.equals(LOCALHOST)) return List.of(new InetSocketAddress(InetAddress.getByName(host), port));
        return List.of(new InetSocketAddress(InetAddress.getByAddress(LOCALHOST, LOOPBACK_4), port),
                new InetSocketAddress(InetAddress.getByAddress(LOCALHOST, LOOPBACK_6), port));
    }

    /** Whether this is an address to bind to, but none that a client could connect to. */
    boolean isWildcard() {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    }

    @Override
    public String toString() {
        return listener + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /** @return -1 if the text is not a port */
    static int port(String text) {
        if (text.isEmpty() || text.length() > 5) return -1;
        int port = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') return -1;
            port = port * 10 + c - '0';
        }
        return port <= 0xFFFF ? port : -1;
    }

    private static boolean isHost(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean isPlain = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!isPlain && "-%._:".indexOf(c) < 0) return false;
        }
        return true;
    }
}
