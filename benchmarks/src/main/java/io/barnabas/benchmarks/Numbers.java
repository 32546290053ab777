package io.barnabas.benchmarks;

import java.util.Locale;

/** Numbers as people read them: three digits that count. */
final class Numbers {
    private Numbers() {}

    static String text(double value) {
        if (Double.isNaN(value)) return "-";
        double size = Math.abs(value);
        if (size >= 999_500) return significant(value / 1e6) + " M";
        if (size >= 9_995) return significant(value / 1e3) + " k";
        return significant(value);
    }

    private static String significant(double value) {
        double size = Math.abs(value);
        if (size == 0) return "0";
        if (size >= 99.95 || value == Math.rint(value)) return String.format(Locale.ROOT, "%.0f", value);
        if (size >= 9.995) return String.format(Locale.ROOT, "%.1f", value);
        if (size >= 0.0995) return String.format(Locale.ROOT, "%.2f", value);
        return String.format(Locale.ROOT, size >= 0.000995 ? "%.3f" : "%.1e", value);
    }

    static String percent(double part) {
        return String.format(Locale.ROOT, "%.0f %%", part * 100);
    }
}
