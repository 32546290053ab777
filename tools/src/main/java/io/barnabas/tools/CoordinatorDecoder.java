package io.barnabas.tools;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.model.Record;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Records of a coordinator's topic: the key begins with the number of its type (int16) and the value with its version
 * (int16); a record without a value takes the key's state away.
 */
final class CoordinatorDecoder implements RecordDecoder {
    private static final int CLASSIC_GROUP = 2;

    private final IntFunction<RecordSchema> keys;
    private final IntFunction<RecordSchema> values;
    private final boolean isOfGroups;

    private CoordinatorDecoder(IntFunction<RecordSchema> keys, IntFunction<RecordSchema> values, boolean isOfGroups) {
        this.keys = keys;
        this.values = values;
        this.isOfGroups = isOfGroups;
    }

    /** Of {@code __consumer_offsets}. */
    static CoordinatorDecoder ofGroups() {
        return new CoordinatorDecoder(RecordSchemas::groupKey, RecordSchemas::groupValue, true);
    }

    /** Of {@code __transaction_state}. */
    static CoordinatorDecoder ofTransactions() {
        return new CoordinatorDecoder(RecordSchemas::transactionKey, RecordSchemas::transactionValue, false);
    }

    /** Of {@code __share_group_state}. */
    static CoordinatorDecoder ofShares() {
        return new CoordinatorDecoder(RecordSchemas::shareKey, RecordSchemas::shareValue, false);
    }

    @Override
    public Decoded decode(Record record) {
        if (record.key() == null) {
            throw new DumpException("Failed to decode message at offset %d using the specified decoder (message had a missing key)"
                    .formatted(record.offset()));
        }
        var keyBytes = new ByteReader(record.key().duplicate());
        if (keyBytes.remaining() < 2) return skipped(record, "Could not read version from key's buffer.");
        int type = keyBytes.readShort();
        var keySchema = keys.apply(type);
        if (keySchema == null) return new Decoded("Unknown record type %d at offset %d, skipping.".formatted(type, record.offset()), null);
        try {
            var key = labelled("type", type, keySchema.read(keyBytes, keySchema.lowestVersion()));
            return new Decoded(Json.of(key), record.value() == null ? "<DELETE>" : Json.of(readValue(type, record)));
        } catch (DecodeException e) {
            return skipped(record, e.getMessage());
        }
    }

    private static Decoded skipped(Record record, String why) {
        return new Decoded("Error at offset %d, skipping. %s".formatted(record.offset(), why), null);
    }

    private Map<String, Object> readValue(int type, Record record) {
        var bytes = new ByteReader(record.value().duplicate());
        if (bytes.remaining() < 2) throw new DecodeException("Could not read version from value's buffer.");
        int version = bytes.readShort();
        var value = values.apply(type).read(bytes, version);
        if (isOfGroups && type == CLASSIC_GROUP && "consumer".equals(value.get("protocolType"))) showMembers(value);
        return labelled("version", version, value);
    }

    private static Map<String, Object> labelled(String label, int number, Map<String, Object> data) {
        var all = new LinkedHashMap<String, Object>();
        all.put(label, Integer.toString(number));
        all.put("data", data);
        return all;
    }

    /** What members of a group of consumers say of themselves is bytes to the coordinator. */
    private static void showMembers(Map<String, Object> group) {
        for (var each : (List<?>) group.get("members")) {
            @SuppressWarnings("unchecked")
            var member = (Map<String, Object>) each;
            show(member, "subscription", RecordSchemas.consumerProtocolSubscription());
            show(member, "assignment", RecordSchemas.consumerProtocolAssignment());
        }
    }

    private static void show(Map<String, Object> member, String name, RecordSchema schema) {
        if (!(member.get(name) instanceof byte[] bytes) || bytes.length == 0) return;
        var reader = new ByteReader(ByteBuffer.wrap(bytes));
        int version = reader.readShort();
        // Newer ones only add to it.
        member.put(name, schema.read(reader, Math.min(version, schema.highestVersion())));
    }
}
