package io.barnabas.base;

/** A setting whose value is refused. The message names the setting and says what is allowed, in Kafka's words. */
public final class SettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingException(String message) {
        super(message);
    }

    public SettingException(String name, Object value, String problem) {
        super("Invalid value " + value + " for configuration " + name + ": " + problem);
    }
}
