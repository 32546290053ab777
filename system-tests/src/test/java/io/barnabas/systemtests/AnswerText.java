package io.barnabas.systemtests;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.Message;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * An answer as text in which equal answers of two clusters are equal: ids are told from "no id" only, lists of structures
 * are sorted, and fields that tell of the moment are left out.
 */
final class AnswerText {
    private static final Set<String> OF_THE_MOMENT = Set.of("clusterId", "finalizedFeaturesEpoch", "highWatermark", "logEndOffset",
            "lastFetchTimestamp", "lastCaughtUpTimestamp", "port", "unknownTaggedFields");

    private AnswerText() {}

    /** @param leftOut fields that are not compared, such as {@code errorMessage} */
    static String of(Object value, Set<String> leftOut) {
        if (value instanceof Message) return ofMessage(value, leftOut);
        if (value instanceof List<?> list) return ofList(list, leftOut);
        if (value instanceof Uuid id) return id.isZero() ? "NO-ID" : "ID";
        if (value instanceof ByteBuffer bytes) return bytes.remaining() + " bytes";
        return String.valueOf(value);
    }

    private static String ofList(List<?> list, Set<String> leftOut) {
        var texts = new ArrayList<String>();
        for (Object element : list) texts.add(of(element, leftOut));
        if (!list.isEmpty() && list.get(0) instanceof Message) Collections.sort(texts);
        return texts.toString();
    }

    /** Ours tells a client the very address that it reached. */
    private static boolean isLoopback(Object host) {
        return "127.0.0.1".equals(host) || "0:0:0:0:0:0:0:1".equals(host);
    }

    private static String ofMessage(Object message, Set<String> leftOut) {
        var text = new StringBuilder(message.getClass().getSimpleName()).append('(');
        try {
            for (var field : message.getClass().getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || OF_THE_MOMENT.contains(field.getName()) || leftOut.contains(field.getName())) continue;
                Object value = message.getClass().getMethod(field.getName()).invoke(message);
                text.append(field.getName()).append('=').append(isLoopback(value) ? "localhost" : of(value, leftOut)).append(' ');
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not a generated message: " + message.getClass(), e);
        }
        return text.append(')').toString();
    }
}
