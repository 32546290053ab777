package io.barnabas.network;

import java.net.InetAddress;
import java.util.Map;

/**
 * How many connections are let in: of the whole process ({@link SocketServer}) or of one listener. A full house leaves
 * newcomers in the kernel's queue; one address with too many has the newest closed.
 *
 * @param connectionsMax            {@code max.connections}
 * @param perIpMax                  {@code max.connections.per.ip}
 * @param perIpOverrides            {@code max.connections.per.ip.overrides}
 * @param creationsPerSecondMax     {@code max.connection.creation.rate}
 */
public record ConnectionLimits(int connectionsMax, int perIpMax, Map<InetAddress, Integer> perIpOverrides, int creationsPerSecondMax) {
    public static final ConnectionLimits NONE = new ConnectionLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Map.of(), Integer.MAX_VALUE);
}
