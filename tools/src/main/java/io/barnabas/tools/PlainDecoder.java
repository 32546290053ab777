package io.barnabas.tools;

import io.barnabas.model.Record;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Function;

/** Keys and values of one simple type each. */
final class PlainDecoder implements RecordDecoder {
    private static final String PACKAGE = "org.apache.kafka.tools.api.";
    private static final Map<String, Function<byte[], String>> BY_CLASS = Map.of(
            PACKAGE + "StringDecoder", PlainDecoder::text,
            // Apache Kafka's tool shows where in its memory they lie, which tells nobody anything.
            PACKAGE + "DefaultDecoder", bytes -> HexFormat.of().formatHex(bytes),
            PACKAGE + "IntegerDecoder", bytes -> Integer.toString(ByteBuffer.wrap(bytes).getInt()),
            PACKAGE + "LongDecoder", bytes -> Long.toString(ByteBuffer.wrap(bytes).getLong()));

    private final Function<byte[], String> keys;
    private final Function<byte[], String> values;

    /** @param keyClass, valueClass as Apache Kafka names its decoders; null for text */
    PlainDecoder(String keyClass, String valueClass) {
        keys = ofClass(keyClass);
        values = ofClass(valueClass);
    }

    private static Function<byte[], String> ofClass(String name) {
        var found = BY_CLASS.get(name == null ? PACKAGE + "StringDecoder" : name);
        if (found != null) return found;
        throw new DumpException("Failed to load decoder class %s: there are %s (String, Default, Integer, Long)Decoder and no others"
                .formatted(name, PACKAGE));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public Decoded decode(Record record) {
        return new Decoded(text(keys, record.key(), record), text(values, record.value(), record));
    }

    private static String text(Function<byte[], String> type, ByteBuffer bytes, Record record) {
        if (bytes == null) return null;
        try {
            return type.apply(RecordDecoder.bytesOf(bytes));
        } catch (BufferUnderflowException e) {
            throw new DumpException("record is too short for its decoder: offset=%d bytes=%d".formatted(record.offset(), bytes.remaining()));
        }
    }
}
