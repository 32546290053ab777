package io.barnabas.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Rows of one shape after another: a table for people, its columns as wide as the first rows need, or a JSON object a line.
 * Keeps no more than those first rows.
 */
final class Rows {
    private static final int MEASURED_ROWS = 500;

    private final Output out;
    private final boolean isJson;
    private final List<Map<String, Object>> waiting = new ArrayList<>();
    private List<String> columns = List.of();
    private int[] widths;

    Rows(Output out, boolean isJson) {
        this.out = out;
        this.isJson = isJson;
    }

    /** A row with other columns than the one before begins a new table. */
    void add(Map<String, Object> row) {
        if (isJson) {
            out.line(Json.of(row));
            return;
        }
        if (!List.copyOf(row.keySet()).equals(columns)) {
            end();
            columns = List.copyOf(row.keySet());
        }
        if (widths != null) {
            print(row);
        } else {
            waiting.add(row);
            if (waiting.size() == MEASURED_ROWS) begin();
        }
    }

    /** What comes next is another table. */
    void end() {
        if (widths == null && !waiting.isEmpty()) begin();
        columns = List.of();
        widths = null;
    }

    private void begin() {
        widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = title(columns.get(i)).length();
            for (var row : waiting) widths[i] = Math.max(widths[i], text(row.get(columns.get(i))).length());
        }
        for (int i = 0; i < widths.length; i++) {
            addCell(title(columns.get(i)), waiting.get(0).get(columns.get(i)) instanceof Number, i);
        }
        out.endLine();
        for (var row : waiting) print(row);
        waiting.clear();
    }

    /** "startOffset" to "START OFFSET". */
    private static String title(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1 $2").toUpperCase(Locale.ROOT);
    }

    private static String text(Object value) {
        return value == null ? "-" : value.toString();
    }

    private void print(Map<String, Object> row) {
        for (int i = 0; i < widths.length; i++) {
            var value = row.get(columns.get(i));
            addCell(text(value), value instanceof Number, i);
        }
        out.endLine();
    }

    private void addCell(String text, boolean isNumber, int column) {
        if (column > 0) out.add("  ");
        int missing = Math.max(0, widths[column] - text.length());
        if (isNumber) out.add(" ".repeat(missing));
        out.add(text);
        if (!isNumber && column + 1 < widths.length) out.add(" ".repeat(missing));
    }
}
