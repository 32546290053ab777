package io.barnabas.codegen;

import io.barnabas.codegen.Schema.Field;

/** A field's default value as Java. */
final class Defaults {
    private Defaults() {}

    static String literal(Field field) {
        var type = field.type();
        var text = field.defaultText();
        if (text.equals("null")) return "null";
        if (type.isArray()) return "new ArrayList<>()";
        return switch (type.name()) {
            case "bool" -> text.equals("true") ? "true" : "false";
            case "int8", "int16", "uint16", "int32" -> number(text);
            case "uint32", "int64" -> number(text) + "L";
            case "float64" -> text.isEmpty() ? "0.0" : text;
            case "string" -> "\"" + text + "\"";
            case "bytes" -> "Wire.NO_BYTES";
            case "records" -> "null";
            case "uuid" -> "Uuid.ZERO";
            default -> "new " + type.name() + "()";
        };
    }

    private static String number(String text) {
        return text.isEmpty() ? "0" : text;
    }

    /** What Java gives an unset field of this type. */
    static String ofJava(FieldType type) {
        return switch (type.java()) {
            case "boolean" -> "false";
            case "byte", "short", "int" -> "0";
            case "long" -> "0L";
            case "double" -> "0.0";
            default -> "null";
        };
    }

    /** The Java condition that the field has its default. */
    static String isDefault(Field field) {
        var type = field.type();
        var name = field.reference();
        if (field.defaultText().equals("null") || type.name().equals("records") && !type.isArray()) return name + " == null";
        if (type.isArray()) return "Wire.isEmpty(%s)".formatted(name);
        return switch (type.name()) {
            case "bool" -> field.defaultText().equals("true") ? name : "!" + name;
            case "string" -> "\"%s\".equals(%s)".formatted(field.defaultText(), name);
            case "bytes" -> "Wire.isEmpty(%s)".formatted(name);
            case "uuid" -> name + ".isZero()";
            default -> type.isStruct() ? name + ".isDefault()" : name + " == " + literal(field);
        };
    }
}
