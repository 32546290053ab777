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
        return condition(field, true);
    }

    /** The Java condition that the field has another value than its default. */
    static String isSet(Field field) {
        return condition(field, false);
    }

    private static String condition(Field field, boolean wanted) {
        var type = field.type();
        var name = field.reference();
        var equals = wanted ? " == " : " != ";
        var not = wanted ? "" : "!";
        if (literal(field).equals("null")) return name + equals + "null";
        if (type.isArray()) return "%sWire.isEmpty(%s)".formatted(not, name);
        return switch (type.name()) {
            case "bool" -> wanted == field.defaultText().equals("true") ? name : "!" + name;
            case "string" -> "%s\"%s\".equals(%s)".formatted(not, field.defaultText(), name);
            case "bytes" -> "%sWire.isEmpty(%s)".formatted(not, name);
            case "uuid" -> not + name + ".isZero()";
            default -> type.isStruct() ? structCondition(field, wanted) : name + equals + literal(field);
        };
    }

    private static String structCondition(Field field, boolean wanted) {
        var name = field.reference();
        var condition = (wanted ? "" : "!") + name + ".hasOnlyDefaults()";
        if (field.nullable().isEmpty()) return condition;
        return wanted ? name + " != null && " + condition : "(" + name + " == null || " + condition + ")";
    }
}
