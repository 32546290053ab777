package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.ProcessMeter;
import io.barnabas.testkit.process.Broker;
import java.net.InetSocketAddress;

/**
 * A broker that is measured.
 *
 * @param meter null when its process is not known
 */
record Subject(Side side, InetSocketAddress address, ProcessMeter meter) {
    static Subject of(Side side, Broker broker) {
        return new Subject(side, addressOf(broker), ProcessMeter.of(broker.process().pid()));
    }

    static InetSocketAddress addressOf(Broker broker) {
        return new InetSocketAddress("localhost", broker.port());
    }

    /** The process, or 0. */
    long pid() {
        return meter == null ? 0 : meter.pid();
    }
}
