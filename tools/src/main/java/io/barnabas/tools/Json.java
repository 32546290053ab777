package io.barnabas.tools;

import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Values as JSON without blanks, as Apache Kafka's tools print them: maps, lists, strings, numbers, booleans, null, and bytes in
 * base64.
 */
final class Json {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    /** What is JSON already. */
    record Raw(String text) {}

    private Json() {}

    static String of(Object value) {
        var text = new StringBuilder();
        append(text, value);
        return text.toString();
    }

    static void append(StringBuilder text, Object value) {
        if (value instanceof Map<?, ?> map) appendMap(text, map);
        else if (value instanceof List<?> list) appendList(text, list);
        else if (value instanceof byte[] bytes) text.append('"').append(Base64.getEncoder().encodeToString(bytes)).append('"');
        else if (value instanceof Raw raw) text.append(raw.text);
        else if (value == null || value instanceof Boolean) text.append(value);
        else if (value instanceof Double number && !Double.isFinite(number)) text.append('"').append(number).append('"');
        else if (value instanceof Number) text.append(value);
        else appendString(text, value.toString());
    }

    private static void appendMap(StringBuilder text, Map<?, ?> map) {
        text.append('{');
        boolean isFirst = true;
        for (var entry : map.entrySet()) {
            if (!isFirst) text.append(',');
            isFirst = false;
            appendString(text, entry.getKey().toString());
            text.append(':');
            append(text, entry.getValue());
        }
        text.append('}');
    }

    private static void appendList(StringBuilder text, List<?> list) {
        text.append('[');
        boolean isFirst = true;
        for (var element : list) {
            if (!isFirst) text.append(',');
            isFirst = false;
            append(text, element);
        }
        text.append(']');
    }

    private static void appendString(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\f' -> text.append("\\f");
                case '\r' -> text.append("\\r");
                default -> {
                    if (c >= ' ') text.append(c);
                    else text.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 0xF]);
                }
            }
        }
        text.append('"');
    }
}
