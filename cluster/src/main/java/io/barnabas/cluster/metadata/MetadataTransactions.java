package io.barnabas.cluster.metadata;

import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds records back while a metadata transaction is open, so that an image shows all of them or none. A reader keeps one
 * for the whole log. Bounded by what the controller puts into one transaction. Used by one thread.
 */
public final class MetadataTransactions {
    /** Null when none is open. */
    private List<TypedRecord> pending;

    public boolean isOpen() {
        return pending != null;
    }

    /** Forgets an open transaction: a snapshot takes the place of all state. */
    public void reset() {
        pending = null;
    }

    /** Gives the builder the record now, later, or never. */
    public void apply(TypedRecord record, ClusterImageBuilder builder) {
        switch (record.type()) {
            case BEGIN_TRANSACTION -> {
                if (pending != null) throw new MetadataLogException("a metadata transaction begins inside another");
                pending = new ArrayList<>();
            }
            case END_TRANSACTION -> {
                var ended = end();
                for (var held : ended) builder.apply(held);
            }
            case ABORT_TRANSACTION -> end();
            default -> {
                if (pending == null) builder.apply(record);
                else pending.add(record);
            }
        }
    }

    private List<TypedRecord> end() {
        if (pending == null) throw new MetadataLogException("a metadata transaction ends that has not begun");
        var ended = pending;
        pending = null;
        return ended;
    }
}
