package io.barnabas.server.config;

import io.barnabas.base.Setting;
import io.barnabas.base.SettingCheck;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;

/** Checks by the text that the settings reference has for them. */
final class ValidValues {
    static final String GZIP_LEVEL = "[1,...,9] or -1";
    static final String THROTTLED_REPLICAS = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";
    private static final String SHARE_OFFSET_RESET = "[latest, earliest, by_duration:PnDTnHnMn.nS]";
    private static final String ANY_CASE = "(case insensitive) ";
    private static final String DOTS = ",...";

    private ValidValues() {}

    /** @return null if the text is empty: the type says all */
    static SettingCheck of(Setting.Type type, String text) {
        switch (text) {
            case "": return null;
            case GZIP_LEVEL: return new GzipLevel();
            case THROTTLED_REPLICAS: return new ThrottledReplicas();
            case SHARE_OFFSET_RESET: return new ShareOffsetReset();
            case "non-null string": return new NonEmpty(text, false);
            case "non-empty string": return new NonEmpty(text, true);
            case "non-empty list": return SettingCheck.distinct(false);
            default: break;
        }
        if (text.startsWith(ANY_CASE)) return SettingCheck.oneOfAnyCase(items(text.substring(ANY_CASE.length())));
        int dots = text.indexOf(DOTS);
        return dots < 0 ? SettingCheck.oneOf(type, items(text)) : range(type, text, dots);
    }

    private static SettingCheck range(Setting.Type type, String text, int dots) {
        String min = text.substring(1, dots);
        int afterDots = dots + DOTS.length();
        String max = text.charAt(afterDots) == ',' ? text.substring(afterDots + 1, text.length() - 1) : null;
        if (type == Setting.Type.DOUBLE) {
            return SettingCheck.range(type, Double.valueOf(min), max == null ? null : Double.valueOf(max));
        }
        return SettingCheck.range(type, Long.valueOf(min), max == null ? null : Long.valueOf(max));
    }

    private static String[] items(String bracketed) {
        return Setting.split(bracketed.substring(1, bracketed.length() - 1)).toArray(new String[0]);
    }

    private static final class NonEmpty extends SettingCheck {
        private final boolean blankIsWrong;

        NonEmpty(String allowed, boolean blankIsWrong) {
            super(allowed);
            this.blankIsWrong = blankIsWrong;
        }

        @Override
        public String problem(String name, Object value) {
            if (value == null) return blankIsWrong ? null : "entry must be non null";
            return blankIsWrong && ((String) value).isEmpty() ? "String must be non-empty" : null;
        }
    }

    private static final class GzipLevel extends SettingCheck {
        GzipLevel() {
            super(GZIP_LEVEL);
        }

        @Override
        public String problem(String name, Object value) {
            if (value == null) return "Value must be non-null";
            int level = (Integer) value;
            return level == -1 || level >= 1 && level <= 9 ? null : "Value must be between 1 and 9 or equal to -1";
        }
    }

    private static final class ThrottledReplicas extends SettingCheck {
        ThrottledReplicas() {
            super(THROTTLED_REPLICAS);
        }

        @Override
        public String problem(String name, Object value) {
            var list = (List<?>) value;
            if (list == null || list.equals(List.of("*"))) return null;
            for (Object item : list) {
                if (!isReplica((String) item)) {
                    return name + " must be the literal '*' or a list of replicas in the following format: "
                            + THROTTLED_REPLICAS;
                }
            }
            return null;
        }

        private static boolean isReplica(String item) {
            int colon = item.indexOf(':');
            return colon > 0 && isNumber(item.substring(0, colon)) && isNumber(item.substring(colon + 1));
        }

        private static boolean isNumber(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) < '0' || text.charAt(i) > '9') return false;
            }
            return !text.isEmpty();
        }
    }

    private static final class ShareOffsetReset extends SettingCheck {
        private static final String BY_DURATION = "by_duration:";

        ShareOffsetReset() {
            super(SHARE_OFFSET_RESET);
        }

        @Override
        public String problem(String name, Object value) {
            String text = (String) value;
            if ("latest".equals(text) || "earliest".equals(text)) return null;
            if (text != null && text.startsWith(BY_DURATION) && isDuration(text.substring(BY_DURATION.length()))) return null;
            return "Invalid value `" + text + "` for configuration " + name + ". The value must be either 'earliest', "
                    + "'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.";
        }

        private static boolean isDuration(String text) {
            try {
                return !Duration.parse(text).isNegative();
            } catch (DateTimeParseException e) {
                return false;
            }
        }
    }
}
