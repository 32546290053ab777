package io.barnabas.codegen;

/**
 * Type of a field.
 *
 * @param name    the primitive's or struct's name, that of the element for an array
 * @param isArray whether it is an array of these
 */
record FieldType(String name, boolean isArray) {
    static FieldType parse(String text) {
        return text.startsWith("[]") ? new FieldType(text.substring(2), true) : new FieldType(text, false);
    }

    boolean isStruct() {
        return Character.isUpperCase(name.charAt(0));
    }

    FieldType element() {
        return new FieldType(name, false);
    }

    String java() {
        return isArray ? "List<" + boxed() + ">" : javaElement();
    }

    private String javaElement() {
        return switch (name) {
            case "bool" -> "boolean";
            case "int8" -> "byte";
            case "int16" -> "short";
            case "uint16", "int32" -> "int";
            case "uint32", "int64" -> "long";
            case "float64" -> "double";
            case "string" -> "String";
            case "bytes" -> "ByteBuffer";
            case "records" -> "Payload";
            case "uuid" -> "Uuid";
            default -> name;
        };
    }

    private String boxed() {
        return switch (name) {
            case "int8" -> "Byte";
            case "int16" -> "Short";
            case "int32" -> "Integer";
            case "int64" -> "Long";
            default -> javaElement();
        };
    }

    /** What {@code ByteReader} and {@code ByteWriter} call a type of fixed size; null for others. */
    String fixedName() {
        return switch (name) {
            case "bool" -> "Boolean";
            case "int8" -> "Byte";
            case "int16" -> "Short";
            case "uint16" -> "UnsignedShort";
            case "int32" -> "Int";
            case "uint32" -> "UnsignedInt";
            case "int64" -> "Long";
            case "float64" -> "Double";
            case "uuid" -> "Uuid";
            default -> null;
        };
    }

    /** What {@code Wire} calls a type with a length before it. */
    String sizedName() {
        return switch (name) {
            case "string" -> "String";
            case "bytes" -> "Bytes";
            case "records" -> "Records";
            default -> fixedName();
        };
    }

    /** Fewest bytes of a value that is no array and no struct. */
    int bytesMin(boolean flexible) {
        return switch (name) {
            case "bool", "int8" -> 1;
            case "int16", "uint16" -> 2;
            case "int32", "uint32" -> 4;
            case "int64", "float64" -> 8;
            case "uuid" -> 16;
            case "string" -> flexible ? 1 : 2;
            case "bytes", "records" -> flexible ? 1 : 4;
            default -> throw new IllegalArgumentException("not a primitive: type=" + name);
        };
    }

    @Override
    public String toString() {
        return isArray ? "[]" + name : name;
    }
}
