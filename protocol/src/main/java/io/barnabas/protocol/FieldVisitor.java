package io.barnabas.protocol;

/** Is shown every field of a {@link Struct} in the order of its schema. */
public interface FieldVisitor {
    void field(String name, Object value);

    void field(String name, long value);

    void field(String name, double value);

    void field(String name, boolean value);
}
