package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import java.util.List;
import java.util.Map;

/** A registered controller. Immutable. */
public record ControllerImage(
        int id, Uuid incarnationId, boolean zkMigrationReady, List<Endpoint> endpoints, Map<String, LevelRange> features) {
    /** @return null if it has no listener of that name */
    public Endpoint endpoint(String listener) {
        for (int i = 0; i < endpoints.size(); i++) if (endpoints.get(i).listener().equals(listener)) return endpoints.get(i);
        return null;
    }
}
