package io.barnabas.server;

import io.barnabas.cluster.metadata.ConfigResource.Type;
import java.util.HashSet;
import java.util.Set;

/** What the two APIs that change configs refuse at the door, whatever the change would be. Made for one request. */
final class ConfigChanges {
    private record Resource(byte type, String name) {}

    private final int nodeId;
    private final Set<Resource> seen = new HashSet<>();
    private final Set<Resource> seenTwice = new HashSet<>();

    ConfigChanges(int nodeId) {
        this.nodeId = nodeId;
    }

    /** Every resource of the request is to be noted before any is judged. */
    void note(byte type, String name) {
        var resource = new Resource(type, name);
        if (!seen.add(resource)) seenTwice.add(resource);
    }

    /** @return why a change of this resource is an INVALID_REQUEST; null if it is not */
    String problem(byte type, String name) {
        if (seenTwice.contains(new Resource(type, name))) return "Each resource must appear at most once.";
        var known = Type.of(type);
        if (known == null) return "Unknown resource type " + type;
        return switch (known) {
            case BROKER -> name.isEmpty() ? null : nodeProblem(name, "Unexpected broker id, expected ");
            case BROKER_LOGGER -> nodeProblem(name, "Unexpected node id. Expected ");
            case GROUP -> name.isEmpty() ? "Default group resources are not allowed." : null;
            case TOPIC, CLIENT_METRICS -> null;
        };
    }

    private String nodeProblem(String name, String unexpected) {
        try {
            return Integer.parseInt(name) == nodeId ? null : unexpected + nodeId + ", but received " + name;
        } catch (NumberFormatException e) {
            return "Node id must be an integer, but it is: " + name;
        }
    }

    static String nullValue(String config) {
        return "Null value not supported for : " + config;
    }
}
