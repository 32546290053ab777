package io.barnabas.base;

/**
 * Timers in a hierarchy of wheels of 64 slots: a slot of level <i>n</i> spans 64<sup>n</sup> ticks of a millisecond. A timer
 * lies on the level of the highest digit (base 64) in which its tick differs from the present one, so setting and
 * cancelling cost the same whatever the number of timers, and the next one is found from a bit set per level.
 */
final class TimerWheel {
    private static final int SLOT_BITS = 6;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int LEVELS = 7;
    private static final long TICKS_MAX = 1L << (SLOT_BITS * LEVELS - 1);

    /** A timer: linked into its slot until it runs or is cancelled. */
    static final class Timeout implements EventLoop.Timer {
        private final TimerWheel wheel;
        private final long tick;
        private Runnable task;
        private int slot = -1;
        private Timeout previous;
        private Timeout next;

        private Timeout(TimerWheel wheel, long tick, Runnable task) {
            this.wheel = wheel;
            this.tick = tick;
            this.task = task;
        }

        @Override
        public void cancel() {
            task = null;
            if (slot >= 0) wheel.unlink(this);
        }
    }

    private final Timeout[] slots = new Timeout[LEVELS * SLOTS];
    private final long[] occupied = new long[LEVELS];
    private long tick;

    /** @param tick when it is due; at or before the present tick means the next one */
    Timeout schedule(long tick, Runnable task) {
        var timeout = new Timeout(this, Math.min(Math.max(tick, this.tick + 1), this.tick + TICKS_MAX), task);
        link(timeout);
        return timeout;
    }

    /** The next tick at which {@link #takeDue} has something to do; {@link Long#MAX_VALUE} if there is no timer. */
    long nextTick() {
        int level = lowestLevel();
        return level == LEVELS ? Long.MAX_VALUE : startOf(level, Long.numberOfTrailingZeros(occupied[level]));
    }

    /** Moves time on, no further than {@code now}, until a timer is due. @return its task, or null when none is left */
    Runnable takeDue(long now) {
        for (int level = lowestLevel(); level < LEVELS; level = lowestLevel()) {
            int slot = Long.numberOfTrailingZeros(occupied[level]);
            long due = startOf(level, slot);
            if (due > now) break;
            tick = due;
            if (level == 0) {
                var timeout = slots[slot];
                unlink(timeout);
                return timeout.task;
            }
            spread(level * SLOTS + slot);
        }
        if (now > tick) tick = now;
        return null;
    }

    /** Time has reached this slot: its timers move to lower levels, where those due at once lie in the present slot. */
    private void spread(int slot) {
        for (var timeout = slots[slot]; timeout != null; timeout = slots[slot]) {
            unlink(timeout);
            link(timeout);
        }
    }

    private int lowestLevel() {
        int level = 0;
        while (level < LEVELS && occupied[level] == 0) level++;
        return level;
    }

    // All timers of a level lie in the same slot of the level above as the present tick, and none before it.
    private long startOf(int level, int slot) {
        int shift = level * SLOT_BITS;
        return (tick >>> (shift + SLOT_BITS) << (shift + SLOT_BITS)) | ((long) slot << shift);
    }

    private void link(Timeout timeout) {
        long differing = timeout.tick ^ tick;
        int level = (Long.SIZE - 1 - Long.numberOfLeadingZeros(differing)) / SLOT_BITS;
        int slot = level * SLOTS + (int) (timeout.tick >>> (level * SLOT_BITS) & (SLOTS - 1));
        timeout.slot = slot;
        timeout.previous = null;
        timeout.next = slots[slot];
        if (timeout.next != null) timeout.next.previous = timeout;
        slots[slot] = timeout;
        occupied[level] |= 1L << (slot & (SLOTS - 1));
    }

    private void unlink(Timeout timeout) {
        int slot = timeout.slot;
        timeout.slot = -1;
        if (timeout.next != null) timeout.next.previous = timeout.previous;
        if (timeout.previous != null) timeout.previous.next = timeout.next;
        else {
            slots[slot] = timeout.next;
            if (timeout.next == null) occupied[slot >> SLOT_BITS] &= ~(1L << (slot & (SLOTS - 1)));
        }
        timeout.previous = timeout.next = null;
    }
}
