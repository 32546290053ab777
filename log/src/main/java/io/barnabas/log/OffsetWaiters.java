package io.barnabas.log;

import io.barnabas.model.ErrorCode;
import java.util.Arrays;

/**
 * Those who wait until an offset has been passed: a high watermark, a flushed end, a log end. A heap ordered by offset,
 * then by arrival; adding, removing and telling cost O(log n). Owned by one event loop. Its bound is its callers': each
 * waiter stands for bytes or a request that is counted elsewhere.
 */
public final class OffsetWaiters {
    /** One who waits. It may be added to one set of waiters at a time, and again after it was told. */
    public abstract static class Waiter {
        private OffsetWaiters waiters;
        private long offset;
        private long order;
        private int heapIndex;

        /** The offset waited for has been reached, or it is time to look again. */
        protected abstract void onReached();

        /** It will not be reached here. */
        protected abstract void onFailed(ErrorCode error);

        public final boolean isWaiting() {
            return waiters != null;
        }

        /** Goes away untold; nothing happens if it does not wait. */
        public final void stopWaiting() {
            if (waiters != null) waiters.remove(this);
        }

        /** What {@link #onReached} waits for: the end reaches at least this. */
        public final long offset() {
            return offset;
        }
    }

    private static final int CAPACITY_INITIAL = 8;

    private Waiter[] heap = new Waiter[0];
    private int size;
    private long orders;

    /** Waits until {@link #advance} is told at least {@code offset}; never told within this call. */
    public void add(long offset, Waiter waiter) {
        if (waiter.waiters != null) throw new IllegalStateException("already waiting: offset=" + waiter.offset);
        waiter.waiters = this;
        waiter.offset = offset;
        waiter.order = orders++;
        if (size == heap.length) heap = Arrays.copyOf(heap, Math.max(CAPACITY_INITIAL, size * 2));
        siftUp(size++, waiter);
    }

    private void remove(Waiter waiter) {
        int index = waiter.heapIndex;
        waiter.waiters = null;
        var last = heap[--size];
        heap[size] = null;
        if (last == waiter) return;
        siftDown(index, last);
        if (heap[index] == last) siftUp(index, last);
    }

    /** Tells all who wait for {@code end} or less, in order. Told ones may add waiters, for offsets beyond {@code end}. */
    public void advance(long end) {
        while (size > 0 && heap[0].offset <= end) poll().onReached();
    }

    /** Tells all who wait now that it is time to look again, as if their offsets had been reached. Told ones may add waiters. */
    public void wakeAll() {
        if (size == 0) return;
        var woken = Arrays.copyOf(heap, size);
        for (var waiter : woken) remove(waiter);
        for (var waiter : woken) waiter.onReached();
    }

    /** Tells everybody that it is over. Told ones must not add waiters. The set is usable afterwards. */
    public void failAll(ErrorCode error) {
        while (size > 0) poll().onFailed(error);
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public int size() {
        return size;
    }

    /** The smallest offset waited for, {@link Long#MAX_VALUE} if nobody waits. */
    public long firstOffset() {
        return size == 0 ? Long.MAX_VALUE : heap[0].offset;
    }

    private Waiter poll() {
        var first = heap[0];
        remove(first);
        return first;
    }

    private static int compare(Waiter a, Waiter b) {
        int order = Long.compare(a.offset, b.offset);
        return order != 0 ? order : Long.compare(a.order, b.order);
    }

    private void siftUp(int index, Waiter waiter) {
        while (index > 0) {
            int parent = (index - 1) >>> 1;
            if (compare(heap[parent], waiter) <= 0) break;
            place(index, heap[parent]);
            index = parent;
        }
        place(index, waiter);
    }

    private void siftDown(int index, Waiter waiter) {
        while (true) {
            int child = 2 * index + 1;
            if (child >= size) break;
            if (child + 1 < size && compare(heap[child + 1], heap[child]) < 0) child++;
            if (compare(waiter, heap[child]) <= 0) break;
            place(index, heap[child]);
            index = child;
        }
        place(index, waiter);
    }

    private void place(int index, Waiter waiter) {
        heap[index] = waiter;
        waiter.heapIndex = index;
    }
}
