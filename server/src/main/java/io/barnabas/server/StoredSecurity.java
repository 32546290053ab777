package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.Endpoint;
import java.util.ArrayList;
import java.util.List;

/** What a metadata log tells of a guarded cluster: with us it would stand open, since access control and authentication are not built. */
final class StoredSecurity {
    private StoredSecurity() {}

    /** @throws StartException if the cluster was guarded */
    static void refuseToOpen(ClusterImage image) {
        var guards = new ArrayList<String>();
        if (!image.acls().isEmpty()) guards.add(image.acls().size() + " ACLs");
        if (!image.scramCredentials().isEmpty()) guards.add(image.scramCredentials().size() + " SCRAM credentials");
        if (!image.delegationTokens().isEmpty()) guards.add(image.delegationTokens().size() + " delegation tokens");
        for (var broker : image.brokers()) addListeners(guards, "broker " + broker.id(), broker.endpoints());
        for (var controller : image.controllers()) addListeners(guards, "controller " + controller.id(), controller.endpoints());
        if (guards.isEmpty()) return;
        throw new StartException("The data is of a cluster that guards access, which is not built: it would stand open to everybody who reaches it. "
                + "Found: " + String.join(", ", guards) + ". Go on with Apache Kafka, or remove these with it first", null);
    }

    private static void addListeners(List<String> guards, String node, List<Endpoint> endpoints) {
        for (var endpoint : endpoints) {
            if (endpoint.securityProtocol() != Registration.PLAINTEXT) guards.add("listener " + endpoint.listener() + " of " + node + " with TLS or SASL");
        }
    }
}
