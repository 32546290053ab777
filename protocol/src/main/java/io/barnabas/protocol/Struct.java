package io.barnabas.protocol;

import io.barnabas.base.Payload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What all generated classes share. Comparing and printing are for tests and logs: they box every field. */
public abstract class Struct implements Message {
    protected abstract void visit(FieldVisitor visitor);

    @Override
    public final boolean equals(Object other) {
        if (this == other) return true;
        return other != null && getClass() == other.getClass() && values().equals(((Struct) other).values());
    }

    @Override
    public final int hashCode() {
        return values().hashCode();
    }

    /** Field names and values; of bytes and records only their size. */
    @Override
    public final String toString() {
        var printer = new Printer();
        visit(printer);
        return getClass().getSimpleName() + "(" + printer.text + ")";
    }

    private List<Object> values() {
        var collector = new Collector();
        visit(collector);
        return collector.values;
    }

    private static final class Collector implements FieldVisitor {
        private final List<Object> values = new ArrayList<>();

        @Override
        public void field(String name, Object value) {
            values.add(value);
        }

        @Override
        public void field(String name, long value) {
            values.add(value);
        }

        @Override
        public void field(String name, double value) {
            values.add(value);
        }

        @Override
        public void field(String name, boolean value) {
            values.add(value);
        }
    }

    private static final class Printer implements FieldVisitor {
        private final StringBuilder text = new StringBuilder();

        @Override
        public void field(String name, Object value) {
            if (value == null && name.equals("unknownTaggedFields")) return;
            name(name);
            if (value instanceof ByteBuffer bytes) text.append('<').append(bytes.remaining()).append(" bytes>");
            else if (value instanceof Payload payload) text.append('<').append(payload.size()).append(" bytes>");
            else text.append(value);
        }

        @Override
        public void field(String name, long value) {
            name(name).append(value);
        }

        @Override
        public void field(String name, double value) {
            name(name).append(value);
        }

        @Override
        public void field(String name, boolean value) {
            name(name).append(value);
        }

        private StringBuilder name(String name) {
            if (text.length() > 0) text.append(", ");
            return text.append(name).append('=');
        }
    }
}
