package io.barnabas.server;

import io.barnabas.cluster.metadata.QuotaEntity;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeClientQuotasRequest;
import io.barnabas.protocol.message.DescribeClientQuotasRequest.ComponentData;
import io.barnabas.protocol.message.DescribeClientQuotasResponse;
import io.barnabas.protocol.message.DescribeClientQuotasResponse.EntityData;
import io.barnabas.protocol.message.DescribeClientQuotasResponse.EntryData;
import io.barnabas.protocol.message.DescribeClientQuotasResponse.ValueData;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Tells the client quotas that match a filter. */
final class DescribeClientQuotasHandler implements RequestHandler<DescribeClientQuotasRequest> {
    private static final byte EXACT = 0;
    private static final byte DEFAULT = 1;
    private static final byte SPECIFIED = 2;
    private static final String IP = "ip";
    private static final Set<String> ENTITY_TYPES = Set.of("user", "client-id", IP);

    private final MetadataCache metadata;

    DescribeClientQuotasHandler(MetadataCache metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, DescribeClientQuotasRequest request) {
        var response = new DescribeClientQuotasResponse();
        var filter = new HashMap<String, ComponentData>();
        for (var component : request.components()) {
            var problem = problem(component);
            if (problem != null) {
                refuse(context, ErrorCode.INVALID_REQUEST, problem);
                return;
            }
            if (!ENTITY_TYPES.contains(component.entityType())) {
                refuse(context, ErrorCode.UNSUPPORTED_VERSION, "Unsupported entity type " + component.entityType());
                return;
            }
            if (filter.put(component.entityType(), component) != null) {
                refuse(context, ErrorCode.INVALID_REQUEST,
                        "Entity type " + component.entityType() + " cannot appear more than once in the filter.");
                return;
            }
        }
        if (filter.containsKey(IP) && filter.size() > 1) {
            refuse(context, ErrorCode.INVALID_REQUEST, "Invalid entity filter component combination. IP filter component should not be "
                    + "used with user or clientId filter component.");
            return;
        }
        for (var quota : metadata.image().clientQuotas().entrySet()) {
            if (matches(filter, request.strict(), quota.getKey())) response.entries().add(describe(quota.getKey(), quota.getValue()));
        }
        context.answer(response);
    }

    private static void refuse(RequestContext context, ErrorCode error, String message) {
        context.answer(new DescribeClientQuotasResponse().setErrorCode(error.code()).setErrorMessage(message).setEntries(null));
    }

    /** @return null if a part of the filter makes sense */
    private static String problem(ComponentData component) {
        if (component.entityType().isEmpty()) return "Invalid empty entity type.";
        return switch (component.matchType()) {
            case EXACT -> component.match() != null ? null : "Request specified MATCH_TYPE_EXACT, but set match string to null.";
            case DEFAULT -> component.match() == null ? null
                    : "Request specified MATCH_TYPE_DEFAULT, but also specified a match string.";
            case SPECIFIED -> component.match() == null ? null
                    : "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.";
            default -> "Unknown match type " + component.matchType();
        };
    }

    /** Every part of the filter must be met; a strict one allows the entity no part besides. */
    private static boolean matches(Map<String, ComponentData> filter, boolean strict, QuotaEntity entity) {
        int met = 0;
        for (var part : entity.parts()) {
            var component = filter.get(part.type());
            if (component == null) {
                if (strict) return false;
                continue;
            }
            boolean isMet = switch (component.matchType()) {
                case EXACT -> component.match().equals(part.name());
                case DEFAULT -> part.name() == null;
                default -> true;
            };
            if (!isMet) return false;
            met++;
        }
        return met == filter.size();
    }

    private static EntryData describe(QuotaEntity entity, Map<String, Double> values) {
        var entry = new EntryData();
        for (var part : entity.parts()) {
            entry.entity().add(new EntityData().setEntityType(part.type()).setEntityName(part.name()));
        }
        for (var value : values.entrySet()) entry.values().add(new ValueData().setKey(value.getKey()).setValue(value.getValue()));
        return entry;
    }
}
