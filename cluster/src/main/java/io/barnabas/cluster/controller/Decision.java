package io.barnabas.cluster.controller;

import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.util.List;

/** What the controller makes of a command: the records to be written, and the answer once they are committed. */
record Decision<R>(List<TypedRecord> records, R reply) {
    static <R> Decision<R> of(R reply) {
        return new Decision<>(List.of(), reply);
    }
}
