package io.barnabas.protocol;

import io.barnabas.base.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/** Messages that are as costly as they can be: for each array of a shape, one with many of its smallest elements. */
final class SmallestElements {
    private static final int ELEMENTS = 4_000;

    /** Which array, counted in the order of the walk, gets the elements. */
    private final int target;
    /** Whether the elements have their nullable structs and tagged fields, smallest too. */
    private final boolean isWhole;
    private int arrays;

    private SmallestElements(int target, boolean isWhole) {
        this.target = target;
        this.isWhole = isWhole;
    }

    static List<byte[]> of(WireShape shape) {
        var messages = new ArrayList<byte[]>();
        for (int target = 0;; target++) {
            for (boolean isWhole : new boolean[] {false, true}) {
                var walk = new SmallestElements(target, isWhole);
                var bytes = walk.bytes(shape);
                if (target >= walk.arrays) return messages;
                messages.add(bytes);
            }
        }
    }

    private byte[] bytes(WireShape shape) {
        var writer = ByteWriter.onHeap(64);
        write(writer, shape);
        return MessageCase.bytes(writer);
    }

    private void write(ByteWriter writer, WireShape shape) {
        switch (shape.kind()) {
            case "struct" -> {
                if (shape.nullable()) writer.writeByte(1);
                for (var child : shape.children()) write(writer, child);
            }
            case "array" -> writeArray(writer, shape);
            case "tags" -> {
                writer.writeUnsignedVarint(shape.tags().size());
                shape.tags().forEach((tag, type) -> {
                    var bytes = bytes(type);
                    writer.writeUnsignedVarint(tag);
                    writer.writeUnsignedVarint(bytes.length);
                    writer.writeBytes(bytes);
                });
            }
            default -> smallestPrimitive(writer, shape.kind());
        }
    }

    /** The target gets its elements; an array around it gets one, any other is walked for its inner arrays and left out. */
    private void writeArray(ByteWriter writer, WireShape shape) {
        int index = arrays++;
        var element = shape.children().get(0);
        if (index == target) {
            int from = arrays;
            count(writer, shape, ELEMENTS);
            for (int i = 0; i < ELEMENTS; i++) smallest(writer, element);
            arrays = from;
            return;
        }
        int first = arrays;
        var inner = bytes(element);
        boolean isAround = target >= first && target < arrays;
        count(writer, shape, isAround ? 1 : 0);
        if (isAround) writer.writeBytes(inner);
    }

    private void smallest(ByteWriter writer, WireShape shape) {
        switch (shape.kind()) {
            case "struct" -> {
                if (shape.nullable()) writer.writeByte(isWhole ? 1 : -1);
                if (!shape.nullable() || isWhole) for (var child : shape.children()) smallest(writer, child);
            }
            case "array" -> count(writer, shape, 0);
            case "tags" -> smallestTags(writer, shape);
            default -> smallestPrimitive(writer, shape.kind());
        }
    }

    private void smallestTags(ByteWriter writer, WireShape shape) {
        writer.writeUnsignedVarint(isWhole ? shape.tags().size() : 0);
        if (!isWhole) return;
        shape.tags().forEach((tag, type) -> {
            writer.writeUnsignedVarint(tag);
            int start = writer.beginSized();
            smallest(writer, type);
            writer.endSized(start);
        });
    }

    private static void count(ByteWriter writer, WireShape shape, int count) {
        if (shape.compact()) writer.writeUnsignedVarint(count + 1);
        else writer.writeInt(count);
    }

    private static void smallestPrimitive(ByteWriter writer, String kind) {
        switch (kind) {
            case "BOOLEAN", "INT8" -> writer.writeByte(0);
            case "INT16", "UINT16", "STRING", "NULLABLE_STRING" -> writer.writeShort(0);
            // Beyond the small numbers that Java keeps boxed.
            case "INT32" -> writer.writeInt(1000);
            case "UINT32", "BYTES", "NULLABLE_BYTES", "RECORDS", "NULLABLE_RECORDS" -> writer.writeInt(0);
            case "INT64" -> writer.writeLong(1000);
            case "FLOAT64" -> writer.writeDouble(1);
            case "UUID" -> {
                writer.writeLong(0);
                writer.writeLong(1);
            }
            default -> writer.writeUnsignedVarint(1);
        }
    }
}
