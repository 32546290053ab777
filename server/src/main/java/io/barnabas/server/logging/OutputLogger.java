package io.barnabas.server.logging;

import org.slf4j.Marker;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Prints what its level lets through, one line an event. */
final class OutputLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    private final transient LogOutput output;
    transient volatile Level level;

    OutputLogger(String name, LogOutput output, Level level) {
        this.name = name;
        this.output = output;
        this.level = level;
    }

    @Override
    public boolean isTraceEnabled() {
        return prints(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return prints(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return prints(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return prints(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return prints(Level.ERROR);
    }

    @Override
    protected String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(org.slf4j.event.Level of, Marker marker, String pattern, Object[] arguments,
                                               Throwable thrown) {
        String message = arguments == null ? pattern : MessageFormatter.basicArrayFormat(pattern, arguments);
        output.print(of.name(), name, message, thrown);
    }

    private boolean prints(Level of) {
        return of.compareTo(level) >= 0;
    }
}
