package io.barnabas.coordinator;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A part of the heap that what clients have told may take up, as long as it is in no log and so has no other bound. One for all
 * shards; any thread.
 */
public final class HeapShare {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    /** @param bytesMax so many for all together; those who ask at the same moment may get a little more */
    public HeapShare(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    public boolean hasRoomFor(long more) {
        return more <= bytesMax - bytes.get();
    }

    /** @param change negative for what is gone */
    public void add(long change) {
        if (change != 0) bytes.addAndGet(change);
    }

    /** Taken up now. */
    public long bytes() {
        return bytes.get();
    }

    /** Bytes that are taken up until they are released, which may be said more than once, by one thread after the other. */
    public final class Hold {
        private long held;

        private Hold(long held) {
            this.held = held;
            add(held);
        }

        public void release() {
            add(-held);
            held = 0;
        }
    }

    /** @return null if there is no room */
    public Hold hold(long more) {
        return hasRoomFor(more) ? new Hold(more) : null;
    }
}
