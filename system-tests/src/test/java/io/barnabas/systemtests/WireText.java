package io.barnabas.systemtests;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.Message;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Requests and answers as text that is short and the same for equal conversations: fields with their default are left out,
 * ids made up by chance are numbered as they turn up, lists of structures in answers are sorted.
 */
final class WireText {
    /** Of the moment, of one broker, or of chance. */
    private static final Set<String> LEFT_OUT = Set.of("host", "port", "clientHost", "unknownTaggedFields");
    private static final Set<String> PRODUCER_IDS = Set.of("producerId", "v3AndBelowProducerId", "ongoingTxnProducerId");
    private static final String PRODUCER_ID_LIST = "producerIdFilters";
    private static final String TIME = "transactionStartTimeMs";
    private static final String TEXT = "errorMessage";
    /** As java.util.UUID writes it. */
    private static final Pattern RANDOM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    /** As Kafka writes an id, where it makes one up for a member. */
    private static final Pattern RANDOM_MEMBER = Pattern.compile("[A-Za-z0-9_-]{22}");
    /** Apache Kafka tells them in the order of a hash set. */
    private static final Set<String> UNORDERED = Set.of("subscribedTopicNames", "partitions");
    private static final int SHOWN_MAX = 200;

    private final Map<Object, String> numbers = new HashMap<>();
    private final Map<Uuid, String> names = new HashMap<>();

    /** From now on this id is told by its name. */
    void name(Uuid id, String name) {
        names.put(id, name);
    }

    String of(Message message) {
        try {
            return ofMessage(message);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not a generated message: " + message.getClass(), e);
        }
    }

    private String ofMessage(Object message) throws ReflectiveOperationException {
        var type = message.getClass();
        var blank = type.getConstructor().newInstance();
        var fields = new ArrayList<String>();
        for (var field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) || LEFT_OUT.contains(field.getName())) continue;
            Object value = valueOf(message, field);
            boolean isTold = isProducerId(field.getName(), value) || !Objects.equals(value, valueOf(blank, field));
            if (isTold) fields.add(field.getName() + "=" + ofField(field.getName(), value));
        }
        return type.getSimpleName().replaceFirst("(Request|Response)", "") + "(" + String.join(" ", fields) + ")";
    }

    private static Object valueOf(Object message, Field field) throws ReflectiveOperationException {
        return message.getClass().getMethod(field.getName()).invoke(message);
    }

    private String ofField(String name, Object value) throws ReflectiveOperationException {
        if (isProducerId(name, value)) return ofProducerId((Long) value);
        if (name.equals(PRODUCER_ID_LIST)) return ((List<?>) value).stream().map(id -> ofProducerId((Long) id)).toList().toString();
        if (name.equals("memberId") && value instanceof String id && RANDOM_MEMBER.matcher(id).matches()) return numbered(id, "#");
        if (name.equals(TIME)) return "a time";
        if (name.equals(TEXT) && value instanceof String text && !text.isEmpty()) return "a text";
        if (UNORDERED.contains(name) && value instanceof List<?> list) return sorted(list);
        return ofValue(value);
    }

    private String sorted(List<?> list) throws ReflectiveOperationException {
        var texts = new ArrayList<String>();
        for (Object element : list) texts.add(ofValue(element));
        Collections.sort(texts);
        return texts.toString();
    }

    /** The first one that a broker gives is the default, too. */
    private static boolean isProducerId(String name, Object value) {
        return PRODUCER_IDS.contains(name) && (Long) value != -1;
    }

    private String ofProducerId(long id) {
        return id < 0 || id == Long.MAX_VALUE ? Long.toString(id) : numbered(id, "P");
    }

    private String ofValue(Object value) throws ReflectiveOperationException {
        if (value instanceof Message) return ofMessage(value);
        if (value instanceof List<?> list) return ofList(list);
        if (value instanceof Uuid id) return id.isZero() ? "NO-ID" : names.getOrDefault(id, "ID");
        if (value instanceof ByteBuffer bytes) return ofBytes(bytes.duplicate());
        if ("".equals(value)) return "''";
        if (value instanceof String string) return shortened(RANDOM.matcher(string).replaceAll(id -> numbered(id.group(), "#")));
        return String.valueOf(value);
    }

    private String ofList(List<?> list) throws ReflectiveOperationException {
        var texts = new ArrayList<String>();
        for (Object element : list) texts.add(ofValue(element));
        if (!list.isEmpty() && list.get(0) instanceof Message) Collections.sort(texts);
        return texts.toString();
    }

    private String numbered(Object id, String kind) {
        return numbers.computeIfAbsent(id, i -> kind + (numbers.size() + 1));
    }

    /** As text where it is that. */
    private static String ofBytes(ByteBuffer buffer) {
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        String string = new String(bytes, StandardCharsets.UTF_8);
        boolean isText = string.chars().allMatch(c -> c >= ' ' && c < 127);
        return shortened(isText ? "'" + string + "'" : "x" + HexFormat.of().formatHex(bytes));
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, 20) + "... of " + text.length() + "#" + Integer.toHexString(text.hashCode());
    }
}
