package io.barnabas.server;

import io.barnabas.cluster.metadata.BrokerImage;
import io.barnabas.cluster.metadata.ControllerImage;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.network.Connection;

/** Where a client is told to find a node: the one place that decides it for every answer that names one. */
final class Endpoints {
    private final int nodeId;
    private final boolean isAdvertised;

    /** @param isAdvertised whether {@code advertised.listeners} is set for this node */
    Endpoints(int nodeId, boolean isAdvertised) {
        this.nodeId = nodeId;
        this.isAdvertised = isAdvertised;
    }

    /**
     * The address of a broker for one client: what the broker registered for the listener that the client uses, or for
     * this broker, when nothing is advertised, the very address that the client reached.
     *
     * @return null if the broker does not have that listener
     */
    Endpoint endpointFor(BrokerImage broker, Connection connection) {
        return reached(broker.id(), broker.endpoint(connection.listener().name()), connection);
    }

    /**
     * The same for a controller.
     *
     * @return null if the controller does not have that listener
     */
    Endpoint endpointFor(ControllerImage controller, Connection connection) {
        return reached(controller.id(), controller.endpoint(connection.listener().name()), connection);
    }

    private Endpoint reached(int id, Endpoint registered, Connection connection) {
        if (registered == null || isAdvertised || id != nodeId) return registered;
        var reached = connection.localAddress();
        return new Endpoint(registered.listener(), reached.getAddress().getHostAddress(), reached.getPort(), registered.securityProtocol());
    }
}
