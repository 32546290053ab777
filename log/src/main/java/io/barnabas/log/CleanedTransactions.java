package io.barnabas.log;

import io.barnabas.model.ControlRecordType;
import io.barnabas.model.RecordBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Tells, while the batches of a log are walked in order, which of them belong to aborted transactions, and which markers have
 * nothing left to decide. Owned by one thread.
 */
final class CleanedTransactions {
    private static final class Aborted {
        final TransactionIndex.Entry entry;
        boolean hasData;

        Aborted(TransactionIndex.Entry entry) {
            this.entry = entry;
        }
    }

    private final PriorityQueue<TransactionIndex.Entry> coming = new PriorityQueue<>(Comparator.comparingLong(TransactionIndex.Entry::firstOffset));
    private final Map<Long, Aborted> aborted = new HashMap<>();
    /** Producers with data of a transaction that was committed, whose marker has not been met. */
    private final Set<Long> committed = new HashSet<>();
    private List<TransactionIndex.Entry> kept = new ArrayList<>();

    /** @param entries of the segments to be walked and of those after them; transactions that ended before are left out */
    CleanedTransactions(List<TransactionIndex.Entry> entries) {
        coming.addAll(entries);
    }

    /** @return whether the batch is one of an aborted transaction, whose records nobody who waits for commits may see */
    boolean onData(BatchHeader batch) {
        take(batch.lastOffset());
        if (!batch.isTransactional()) return false;
        var transaction = aborted.get(batch.producerId());
        if (transaction == null) committed.add(batch.producerId());
        else transaction.hasData = true;
        return transaction != null;
    }

    /** @return whether the marker decides about no batch that is still there */
    boolean onMarker(BatchHeader batch, ControlRecordType type) {
        take(batch.lastOffset());
        if (type == ControlRecordType.COMMIT) return !committed.remove(batch.producerId());
        if (type != ControlRecordType.ABORT) return false;
        var transaction = aborted.remove(batch.producerId());
        if (transaction == null || !transaction.hasData) return true;
        kept.add(transaction.entry);
        return false;
    }

    /** The aborted transactions whose markers were met since the last call, and have to be told to readers still. */
    List<TransactionIndex.Entry> takeKept() {
        var taken = kept;
        kept = new ArrayList<>();
        return taken;
    }

    private void take(long lastOffset) {
        while (!coming.isEmpty() && coming.peek().firstOffset() <= lastOffset) {
            var entry = coming.poll();
            aborted.put(entry.producerId(), new Aborted(entry));
        }
    }
}
