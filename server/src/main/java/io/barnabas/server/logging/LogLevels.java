package io.barnabas.server.logging;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The loggers of a process and their levels. A logger without a level of its own has that of the nearest name above it, in
 * the end that of {@link #ROOT}. Any thread may ask and change.
 */
public final class LogLevels {
    /** The name above all others. */
    public static final String ROOT = "root";

    private final LogOutput output;
    private final Map<String, OutputLogger> loggers = new TreeMap<>();
    private final Map<String, Level> own = new TreeMap<>();

    LogLevels(LogOutput output) {
        this.output = output;
        own.put(ROOT, Level.INFO);
    }

    /** Those that {@code LoggerFactory} gives out in this process. */
    public static LogLevels ofProcess() {
        return LoggingProvider.LEVELS;
    }

    /** The level of every logger that was ever asked for, of those that have one of their own, and of {@link #ROOT}. */
    public synchronized SortedMap<String, Level> all() {
        var all = new TreeMap<>(own);
        for (var name : loggers.keySet()) all.put(name, effective(name));
        return all;
    }

    /** Whether lines are logged under this name or below it. */
    public synchronized boolean exists(String name) {
        if (own.containsKey(name) || loggers.containsKey(name)) return true;
        for (var logger : loggers.keySet()) if (logger.startsWith(name + ".")) return true;
        return false;
    }

    public synchronized void set(String name, Level level) {
        own.put(name, level);
        apply();
    }

    /** Takes a logger's own level away; the root keeps its own. */
    public synchronized void unset(String name) {
        if (name.equals(ROOT)) throw new IllegalArgumentException("the root needs a level");
        own.remove(name);
        apply();
    }

    synchronized OutputLogger logger(String name) {
        var logger = loggers.get(name);
        if (logger == null) {
            logger = new OutputLogger(name, output, effective(name));
            loggers.put(name, logger);
        }
        return logger;
    }

    private void apply() {
        for (var logger : loggers.values()) logger.level = effective(logger.getName());
    }

    private Level effective(String name) {
        for (String above = name; !above.isEmpty(); above = above.substring(0, Math.max(0, above.lastIndexOf('.')))) {
            var level = own.get(above);
            if (level != null) return level;
        }
        return own.get(ROOT);
    }
}
