package io.barnabas.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One setting: its name, type, default and what it may be. Immutable; declared once, beside the code that uses it:
 * <pre>
 * static final Setting&lt;Integer&gt; SEGMENT_BYTES = Setting.intOf("segment.bytes").brokerNames("log.segment.bytes")
 *         .atLeast(1 &lt;&lt; 20).defaultTo(1 &lt;&lt; 30).doc("Bytes at which the active segment is closed.");
 * </pre>
 * Values are read by Kafka's rules: blanks around a value do not count, {@code true} and {@code false} in any case,
 * lists are split at commas. An error message names the setting and what is allowed.
 */
public final class Setting<T> {
    /** How a value is written, in Kafka's words. */
    public enum Type { BOOLEAN, STRING, SHORT, INT, LONG, DOUBLE, LIST, CLASS, PASSWORD }

    /** Whether, and for whom, a broker setting may change while brokers run. */
    public enum Scope { READ_ONLY, PER_BROKER, CLUSTER_WIDE }

    private final String name;
    private final Type type;
    private final List<String> brokerNames;
    private final Scope scope;
    private final boolean required;
    private final boolean internal;
    private final T defaultValue;
    private final SettingCheck check;
    private final String doc;

    private Setting(Declaration<T> declared, String doc) {
        this.name = declared.name;
        this.type = declared.type;
        this.brokerNames = declared.brokerNames;
        this.scope = declared.scope;
        this.required = declared.required;
        this.internal = declared.internal;
        this.defaultValue = declared.defaultValue;
        this.check = declared.check;
        this.doc = doc;
    }

    public static Declaration<Boolean> booleanOf(String name) {
        return new Declaration<>(name, Type.BOOLEAN);
    }

    public static Declaration<Short> shortOf(String name) {
        return new Declaration<>(name, Type.SHORT);
    }

    public static Declaration<Integer> intOf(String name) {
        return new Declaration<>(name, Type.INT);
    }

    public static Declaration<Long> longOf(String name) {
        return new Declaration<>(name, Type.LONG);
    }

    public static Declaration<Double> doubleOf(String name) {
        return new Declaration<>(name, Type.DOUBLE);
    }

    public static Declaration<String> stringOf(String name) {
        return new Declaration<>(name, Type.STRING);
    }

    public static Declaration<List<String>> listOf(String name) {
        return new Declaration<>(name, Type.LIST);
    }

    /** A class name; it is never loaded from here. */
    public static Declaration<String> classOf(String name) {
        return new Declaration<>(name, Type.CLASS);
    }

    /** A secret: never shown, never logged. */
    public static Declaration<String> passwordOf(String name) {
        return new Declaration<>(name, Type.PASSWORD);
    }

    /** A setting whose type is known from a table only. */
    public static Declaration<Object> of(String name, Type type) {
        return new Declaration<>(name, type);
    }

    public String name() {
        return name;
    }

    public Type type() {
        return type;
    }

    /**
     * For a topic or group setting, the broker settings that give its default, most significant first; where the units
     * differ ({@code log.retention.hours} for {@code retention.ms}) see {@link #fromBrokerUnit}.
     */
    public List<String> brokerNames() {
        return brokerNames;
    }

    public Scope scope() {
        return scope;
    }

    /** True if a value must be given: there is no default. */
    public boolean isRequired() {
        return required;
    }

    /** True for settings that Kafka keeps for itself and does not show. */
    public boolean isInternal() {
        return internal;
    }

    public boolean isSensitive() {
        return type == Type.PASSWORD;
    }

    /** The value when none is given; may be null. */
    public T defaultValue() {
        return defaultValue;
    }

    /** The default as text, or null. */
    public String defaultText() {
        return format(defaultValue);
    }

    /** What is allowed, as Kafka's reference writes it ({@code [0,...]}); empty when the type says all. */
    public String validValues() {
        return check == null ? "" : check.toString();
    }

    public String doc() {
        return doc;
    }

    /**
     * Reads and checks a value.
     *
     * @param text null stands for no value at all
     * @throws SettingException if it is not of this type or not allowed
     */
    public T parse(String text) {
        T value = text == null ? null : parseType(text);
        check(value);
        return value;
    }

    /** The value given for {@link #name()}, else the default. */
    public T in(Map<String, String> values) {
        String text = values.get(name);
        if (text != null) return parse(text);
        if (required) throw missing();
        return defaultValue;
    }

    public SettingException missing() {
        return new SettingException("Missing required configuration \"" + name + "\" which has no default value.");
    }

    /** @throws SettingException if the value is of the right type but not allowed */
    public void check(T value) {
        String problem = check == null ? null : check.problem(name, value);
        if (problem != null) throw new SettingException(name, isSensitive() ? "[hidden]" : check.wrongPart(value), problem);
    }

    /** A value as a configuration file would write it, or null. */
    public String format(T value) {
        if (value == null) return null;
        if (value instanceof List<?> list) return String.join(",", stringsIn(list));
        return value.toString();
    }

    /**
     * The value that a broker setting of another unit stands for: {@code 2} from {@code log.retention.hours} is
     * {@code 7200000} for a name that ends in {@code .ms}. Negative values mean "no limit" in every unit.
     */
    public static long fromBrokerUnit(String brokerName, long value) {
        if (value < 0) return value;
        if (brokerName.endsWith(".hours")) return Math.multiplyExact(value, 3_600_000L);
        if (brokerName.endsWith(".minutes")) return Math.multiplyExact(value, 60_000L);
        return value;
    }

    @Override
    public String toString() {
        return name;
    }

    @SuppressWarnings("unchecked") // each type's factory method fixes T
    private T parseType(String text) {
        String trimmed = text.trim();
        try {
            return (T) switch (type) {
                case BOOLEAN -> parseBoolean(text, trimmed);
                case SHORT -> (Object) Short.valueOf(trimmed);
                case INT -> Integer.valueOf(trimmed);
                case LONG -> Long.valueOf(trimmed);
                case DOUBLE -> Double.valueOf(trimmed);
                case LIST -> split(trimmed);
                case STRING, CLASS, PASSWORD -> trimmed;
            };
        } catch (NumberFormatException e) {
            throw new SettingException(name, text, "Not a number of type " + type);
        }
    }

    private Boolean parseBoolean(String text, String trimmed) {
        if (trimmed.equalsIgnoreCase("true")) return Boolean.TRUE;
        if (trimmed.equalsIgnoreCase("false")) return Boolean.FALSE;
        throw new SettingException(name, text, "Expected value to be either true or false");
    }

    /** Splits at commas and drops the blanks around each item; an empty text is an empty list. */
    public static List<String> split(String text) {
        if (text.isEmpty()) return List.of();
        var items = new ArrayList<String>();
        int start = 0;
        for (int comma = text.indexOf(','); comma >= 0; comma = text.indexOf(',', start)) {
            items.add(text.substring(start, comma).trim());
            start = comma + 1;
        }
        items.add(text.substring(start).trim());
        return List.copyOf(items);
    }

    private static List<String> stringsIn(List<?> list) {
        var strings = new ArrayList<String>(list.size());
        for (Object item : list) strings.add((String) item);
        return strings;
    }

    /** A setting on its way to be declared; {@link #doc} ends the declaration. */
    public static final class Declaration<T> {
        private final String name;
        private final Type type;
        private List<String> brokerNames = List.of();
        private Scope scope = Scope.READ_ONLY;
        private boolean required;
        private boolean internal;
        private T defaultValue;
        private SettingCheck check;

        private Declaration(String name, Type type) {
            this.name = name;
            this.type = type;
        }

        /** The broker settings that give a topic or group setting its default, most significant first. */
        public Declaration<T> brokerNames(String... names) {
            brokerNames = List.of(names);
            return this;
        }

        public Declaration<T> scope(Scope value) {
            scope = value;
            return this;
        }

        public Declaration<T> required() {
            required = true;
            return this;
        }

        public Declaration<T> internal() {
            internal = true;
            return this;
        }

        /** Without a default, the value is null until one is given. */
        public Declaration<T> defaultTo(T value) {
            defaultValue = value;
            return this;
        }

        public Declaration<T> atLeast(long min) {
            return check(SettingCheck.range(type, min, null));
        }

        public Declaration<T> between(long min, long max) {
            return check(SettingCheck.range(type, min, max));
        }

        public Declaration<T> between(double min, double max) {
            return check(SettingCheck.range(type, min, max));
        }

        /** The strings that are allowed, for a list each of its items. */
        public Declaration<T> oneOf(String... allowed) {
            return check(SettingCheck.oneOf(type, allowed));
        }

        public Declaration<T> check(SettingCheck value) {
            check = value;
            return this;
        }

        public Setting<T> doc(String text) {
            return new Setting<>(this, text);
        }
    }
}
