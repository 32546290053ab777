package io.barnabas.server.config;

import io.barnabas.base.Setting;

/**
 * A setting and what becomes of it here.
 *
 * @param note why it is of this kind, a sentence or two; empty when honoured
 */
public record KnownSetting(Setting<?> setting, Kind kind, String note) {
    public String name() {
        return setting.name();
    }

    /** What DescribeConfigs and the reference page say of it. */
    String doc() {
        return kind == Kind.HONOURED && !setting.doc().isEmpty() ? setting.doc() : note;
    }

    /** @return why this text cannot be taken, or null if it can; a value that is not valid is refused too */
    String refusal(String text) {
        Object value = parse(text);
        if (kind != Kind.REFUSED || isAsGoodAsUnset(text, value)) return null;
        return "Configuration " + name() + (setting.isSensitive() ? "" : "=" + text.trim()) + " is refused. " + note;
    }

    private Object parse(String text) {
        return setting.parse(text);
    }

    private boolean isAsGoodAsUnset(String text, Object value) {
        return text == null || text.isBlank() || value == null || value.equals(setting.defaultValue());
    }
}
