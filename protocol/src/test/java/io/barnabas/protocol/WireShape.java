package io.barnabas.protocol;

import static io.barnabas.protocol.KafkaPeer.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Layout of one version of a message as Apache Kafka's own classes describe it, read by reflection.
 *
 * @param kind     "struct", "array", "tags", or the name of a primitive such as "COMPACT_NULLABLE_STRING"
 * @param compact  of an array: whether its count is a varint
 * @param children a struct's fields, an array's element
 * @param tags     known tagged fields by tag
 */
record WireShape(String kind, boolean nullable, boolean compact, List<WireShape> children, Map<Integer, WireShape> tags) {
    static WireShape of(Object type) {
        var name = type.getClass().getSimpleName();
        return switch (name) {
            case "Schema", "NullableSchema" -> struct(type, name.equals("NullableSchema"));
            case "ArrayOf", "CompactArrayOf" -> {
                var element = (Optional<?>) call(() -> type.getClass().getMethod("arrayElementType").invoke(type));
                boolean nullable = (Boolean) call(() -> type.getClass().getMethod("isNullable").invoke(type));
                yield new WireShape("array", nullable, name.equals("CompactArrayOf"), List.of(of(element.orElseThrow())), Map.of());
            }
            case "TaggedFields" -> tagged(type);
            default -> new WireShape((String) call(() -> {
                var method = type.getClass().getMethod("typeName");
                method.setAccessible(true);
                return method.invoke(type);
            }), false, false, List.of(), Map.of());
        };
    }

    /** The same with every struct that stands alone in the message as a nullable one. */
    WireShape withNullableStructs() {
        var nullable = new ArrayList<WireShape>();
        for (var child : children) nullable.add(child.nullableIfStruct());
        return new WireShape(kind, false, compact, nullable, tags);
    }

    private WireShape nullableIfStruct() {
        return kind.equals("struct") ? new WireShape(kind, true, compact, children, tags) : this;
    }

    private static WireShape struct(Object schema, boolean nullable) {
        var children = new ArrayList<WireShape>();
        for (var bound : (Object[]) call(() -> schema.getClass().getMethod("fields").invoke(schema))) {
            children.add(of(typeOf(call(() -> bound.getClass().getField("def").get(bound)))));
        }
        return new WireShape("struct", nullable, false, children, Map.of());
    }

    private static WireShape tagged(Object type) {
        var fields = (Map<?, ?>) call(() -> {
            var field = type.getClass().getDeclaredField("fields");
            field.setAccessible(true);
            return field.get(type);
        });
        var tags = new TreeMap<Integer, WireShape>();
        fields.forEach((tag, field) -> tags.put((Integer) tag, of(typeOf(field))));
        return new WireShape("tags", false, true, List.of(), tags);
    }

    private static Object typeOf(Object field) {
        return call(() -> {
            var type = field.getClass().getField("type");
            type.setAccessible(true);
            return type.get(field);
        });
    }
}
