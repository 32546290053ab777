package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import java.util.List;
import java.util.Map;

/** A registered controller. Immutable. */
public record ControllerImage(
        int id, Uuid incarnationId, boolean zkMigrationReady, List<Endpoint> endpoints, Map<String, LevelRange> features) {}
