package io.barnabas.base;

import java.util.HashSet;
import java.util.List;

/** What a setting's value may be, beyond its type. {@code toString} writes it as Kafka's reference does. */
public abstract class SettingCheck {
    private final String allowed;

    /** @param allowed what is allowed, as the settings reference writes it */
    protected SettingCheck(String allowed) {
        this.allowed = allowed;
    }

    /** @return null if the value is fine, else what is wrong with it */
    public abstract String problem(String name, Object value);

    /** Of a value with a problem, the part to name in the refusal: of a list the one item that is wrong. */
    Object wrongPart(Object value) {
        return value;
    }

    @Override
    public final String toString() {
        return allowed;
    }

    /** From {@code min} to {@code max}, both included; null is no upper bound. */
    public static SettingCheck range(Setting.Type type, Number min, Number max) {
        return type == Setting.Type.DOUBLE ? new DoubleRange(min, max) : new LongRange(min.longValue(), max);
    }

    /** One of these strings; of a list, each item. */
    public static SettingCheck oneOf(Setting.Type type, String... allowed) {
        return new OneOf(type == Setting.Type.LIST, false, allowed);
    }

    /** One of these strings, in any case. */
    public static SettingCheck oneOfAnyCase(String... allowed) {
        return new OneOf(false, true, allowed);
    }

    /** A list that names nothing twice, and perhaps may not be empty. */
    public static SettingCheck distinct(boolean mayBeEmpty) {
        return new Distinct(mayBeEmpty, mayBeEmpty ? "" : "non-empty list");
    }

    /** From {@code min} to {@code max}, both included, or nothing at all. */
    public static SettingCheck orUnset(long min, long max) {
        return new OrUnset(range(Setting.Type.LONG, min, max));
    }

    private static String bounds(String min, String max) {
        return max == null ? "[" + min + ",...]" : "[" + min + ",...," + max + "]";
    }

    private static final class LongRange extends SettingCheck {
        private final long min;
        private final long max;

        LongRange(long min, Number max) {
            super(bounds(Long.toString(min), max == null ? null : max.toString()));
            this.min = min;
            this.max = max == null ? Long.MAX_VALUE : max.longValue();
        }

        @Override
        public String problem(String name, Object value) {
            if (value == null) return "Value must be non-null";
            long number = ((Number) value).longValue();
            if (number < min) return "Value must be at least " + min;
            return number > max ? "Value must be no more than " + max : null;
        }
    }

    private static final class OrUnset extends SettingCheck {
        private final SettingCheck range;

        OrUnset(SettingCheck range) {
            super("null or " + range);
            this.range = range;
        }

        @Override
        public String problem(String name, Object value) {
            return value == null ? null : range.problem(name, value);
        }
    }

    private static final class DoubleRange extends SettingCheck {
        private final double min;
        private final double max;

        DoubleRange(Number min, Number max) {
            super(bounds(shortest(min), max == null ? null : shortest(max)));
            this.min = min.doubleValue();
            this.max = max == null ? Double.MAX_VALUE : max.doubleValue();
        }

        @Override
        public String problem(String name, Object value) {
            if (value == null) return "Value must be non-null";
            double number = (Double) value;
            if (!(number >= min)) return "Value must be at least " + shortest(min); // NaN is refused here
            return number > max ? "Value must be no more than " + shortest(max) : null;
        }

        private static String shortest(Number number) {
            double value = number.doubleValue();
            return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
        }
    }

    private static final class OneOf extends SettingCheck {
        private final boolean list;
        private final boolean anyCase;
        private final List<String> allowed;

        OneOf(boolean list, boolean anyCase, String... allowed) {
            super((anyCase ? "(case insensitive) " : "") + "[" + String.join(", ", allowed) + "]");
            this.list = list;
            this.anyCase = anyCase;
            this.allowed = List.of(allowed);
        }

        @Override
        public String problem(String name, Object value) {
            if (!list) return fits((String) value) ? null : wanted();
            return wrongPart(value) == value ? null : wanted();
        }

        @Override
        Object wrongPart(Object value) {
            if (!list || value == null) return value;
            for (Object item : (List<?>) value) {
                if (!fits((String) item)) return item;
            }
            return value;
        }

        private String wanted() {
            return "String must be one of" + (anyCase ? " (case insensitive)" : "") + ": " + String.join(", ", allowed);
        }

        private boolean fits(String text) {
            if (text == null) return false;
            for (String candidate : allowed) {
                if (anyCase ? candidate.equalsIgnoreCase(text) : candidate.equals(text)) return true;
            }
            return false;
        }
    }

    private static final class Distinct extends SettingCheck {
        private final boolean mayBeEmpty;

        Distinct(boolean mayBeEmpty, String allowed) {
            super(allowed);
            this.mayBeEmpty = mayBeEmpty;
        }

        @Override
        public String problem(String name, Object value) {
            if (value == null) return null;
            var list = (List<?>) value;
            if (list.isEmpty() && !mayBeEmpty) return "List must not be empty";
            return new HashSet<>(list).size() == list.size() ? null : "List must not name anything twice";
        }
    }
}
