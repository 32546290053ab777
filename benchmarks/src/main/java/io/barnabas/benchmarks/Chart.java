package io.barnabas.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A line chart as an SVG text; both axes logarithmic, marks on the lines, the legend on the right. */
final class Chart {
    /** @param values beside each x of the chart; NaN where there is none */
    record Line(String name, String color, boolean isDashed, double[] values) {}

    private static final int WIDTH = 800;
    private static final int HEIGHT = 440;
    private static final int LEFT = 78;
    private static final int RIGHT = 170;
    private static final int TOP = 52;
    private static final int BOTTOM = 62;

    private final StringBuilder svg = new StringBuilder();
    private final double[] positions;
    private final double low;
    private final double high;

    private Chart(double[] positions, double low, double high) {
        this.positions = positions;
        this.low = low;
        this.high = high;
    }

    /**
     * @param labels    of the x values, evenly apart
     * @param valueName of the y axis, with its unit
     */
    static String svg(String title, String labelName, List<String> labels, String valueName, List<Line> lines) {
        double low = Double.MAX_VALUE;
        double high = 0;
        for (Line line : lines) {
            for (double value : line.values) {
                if (!(value > 0)) continue;
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        if (high == 0) throw new IllegalArgumentException("nothing to draw: title=" + title);
        var positions = new double[labels.size()];
        for (int i = 0; i < positions.length; i++) positions[i] = LEFT + (WIDTH - LEFT - RIGHT) * (i + 0.5) / positions.length;
        var chart = new Chart(positions, decadeBelow(low), decadeAbove(high));
        chart.frame(title, labelName, labels, valueName);
        for (int i = 0; i < lines.size(); i++) chart.line(lines.get(i), i);
        return chart.svg.append("</svg>\n").toString();
    }

    private static double decadeBelow(double value) {
        return Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
    }

    private static double decadeAbove(double value) {
        return Math.pow(10, Math.max(Math.ceil(Math.log10(value) - 1e-9), Math.floor(Math.log10(value)) + 1));
    }

    private void frame(String title, String labelName, List<String> labels, String valueName) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#333\">",
                WIDTH, HEIGHT, WIDTH, HEIGHT);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, HEIGHT);
        add("<text x=\"%d\" y=\"30\" font-size=\"17\" font-weight=\"bold\">%s</text>", LEFT, escaped(title));
        for (double value = low; value <= high * 1.001; value *= 10) {
            for (int step = 1; step < 10 && value * step <= high * 1.001; step++) {
                double y = y(value * step);
                add("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>", LEFT, WIDTH - RIGHT, y, y, step == 1 ? "#c4c4c4" : "#eeeeee");
                if (step == 1) add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 8, y + 4, Numbers.text(value));
            }
        }
        for (int i = 0; i < labels.size(); i++) {
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", positions[i], HEIGHT - BOTTOM + 20, escaped(labels.get(i)));
        }
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#666\">%s</text>", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, escaped(labelName));
        int middle = (TOP + HEIGHT - BOTTOM) / 2;
        add("<text x=\"20\" y=\"%d\" text-anchor=\"middle\" fill=\"#666\" transform=\"rotate(-90 20 %d)\">%s</text>", middle, middle, escaped(valueName));
    }

    private void line(Line line, int index) {
        var points = new ArrayList<String>();
        for (int i = 0; i < positions.length; i++) {
            if (!(line.values[i] > 0)) continue;
            double y = y(line.values[i]);
            points.add(String.format(Locale.ROOT, "%.1f,%.1f", positions[i], y));
            add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"><title>%s</title></circle>", positions[i], y, line.color,
                    escaped(line.name + ": " + Numbers.text(line.values[i])));
        }
        String dash = line.isDashed ? " stroke-dasharray=\"6 4\"" : "";
        add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>", String.join(" ", points), line.color, dash);
        int x = WIDTH - RIGHT + 18;
        int y = TOP + 14 + index * 24;
        add("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"%s/>", x, x + 28, y, y, line.color, dash);
        add("<text x=\"%d\" y=\"%d\">%s</text>", x + 36, y + 4, escaped(line.name));
    }

    private double y(double value) {
        double part = Math.log(value / low) / Math.log(high / low);
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
