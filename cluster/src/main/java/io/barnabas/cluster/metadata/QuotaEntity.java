package io.barnabas.cluster.metadata;

import java.util.List;

/**
 * Whom client quotas hold for, such as a user, or a client id of the default user.
 *
 * @param parts sorted by type; at most one of each type
 */
public record QuotaEntity(List<Part> parts) {
    /** @param type {@code user}, {@code client-id} or {@code ip} @param name null means the default of that type */
    public record Part(String type, String name) {}

    public QuotaEntity {
        parts = parts.stream().sorted(java.util.Comparator.comparing(Part::type)).toList();
    }
}
