package io.barnabas.network;

import io.barnabas.base.Clock;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** Who is in, of a server or of one listener, against its limits. Owned by the accepting loop. */
final class Admission {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final Clock clock;
    private final Map<InetAddress, Integer> countByIp = new HashMap<>();
    private ConnectionLimits limits;
    private int count;
    /** When the accepts of the past second are used up to the rate: the virtual time of the next one, at most one second ahead. */
    private long nextAcceptNs;

    Admission(Clock clock, ConnectionLimits limits) {
        this.clock = clock;
        this.limits = limits;
        nextAcceptNs = clock.nanoTime();
    }

    void limit(ConnectionLimits limits) {
        this.limits = limits;
    }

    boolean isFull() {
        return count >= limits.connectionsMax();
    }

    /** Nanoseconds until the rate allows one more; 0 for now. */
    long waitNs() {
        if (limits.creationsPerSecondMax() == Integer.MAX_VALUE) return 0;
        if (limits.creationsPerSecondMax() == 0) return NS_PER_SECOND;
        return Math.max(0, nextAcceptNs - clock.nanoTime() - NS_PER_SECOND + intervalNs());
    }

    boolean hasRoomFor(InetAddress address) {
        int max = limits.perIpOverrides().getOrDefault(address, limits.perIpMax());
        return max == Integer.MAX_VALUE || countByIp.getOrDefault(address, 0) < max;
    }

    /** A newcomer was accepted, whether it may stay or not. */
    void countAccept() {
        if (limits.creationsPerSecondMax() == Integer.MAX_VALUE || limits.creationsPerSecondMax() == 0) return;
        nextAcceptNs = Math.max(nextAcceptNs, clock.nanoTime()) + intervalNs();
    }

    void add(InetAddress address) {
        count++;
        countByIp.merge(address, 1, Integer::sum);
    }

    void remove(InetAddress address) {
        count--;
        countByIp.computeIfPresent(address, (ip, before) -> before == 1 ? null : before - 1);
    }

    private long intervalNs() {
        return NS_PER_SECOND / limits.creationsPerSecondMax();
    }
}
