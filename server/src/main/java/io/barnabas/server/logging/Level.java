package io.barnabas.server.logging;

/** How grave a line is, and from where on a logger prints; the names that a broker's loggers may be set to. */
public enum Level {
    TRACE, DEBUG, INFO, WARN, ERROR, FATAL;

    /** @return null if there is none of this name */
    public static Level ofName(String name) {
        for (var level : values()) if (level.name().equals(name)) return level;
        return null;
    }
}
