package io.barnabas.log;

import java.util.Arrays;

/**
 * Which leader wrote what: each epoch with its first offset, both growing. Its file is {@code leader-epoch-checkpoint}:
 * version, count, then a line "epoch offset" each. Owned by the log's loop.
 */
final class LeaderEpochHistory {
    static final String EMPTY_TEXT = new LeaderEpochHistory().toText();

    private int[] epochs = new int[1];
    private long[] startOffsets = new long[1];
    private int count;

    int latestEpoch() {
        return count == 0 ? -1 : epochs[count - 1];
    }

    boolean isEmpty() {
        return count == 0;
    }

    /**
     * A batch of an epoch starts at an offset. What contradicts it, entries as late or of as late an epoch, is forgotten.
     *
     * @return whether anything changed
     */
    boolean assign(int epoch, long startOffset) {
        if (epoch < 0 || latestEpoch() == epoch && startOffsets[count - 1] <= startOffset) return false;
        while (count > 0 && (epochs[count - 1] >= epoch || startOffsets[count - 1] >= startOffset)) count--;
        if (count == epochs.length) {
            epochs = Arrays.copyOf(epochs, count * 2);
            startOffsets = Arrays.copyOf(startOffsets, count * 2);
        }
        epochs[count] = epoch;
        startOffsets[count++] = startOffset;
        return true;
    }

    /** A batch was met while the log is read from an offset on: it tells something new if it is later than all in both. */
    void learn(int epoch, long offset) {
        if (epoch > latestEpoch() && (count == 0 || offset > startOffsets[count - 1])) assign(epoch, offset);
    }

    /** The epoch of the record at an offset, -1 if unknown. */
    int epochAt(long offset) {
        int i = count - 1;
        while (i >= 0 && startOffsets[i] > offset) i--;
        return i < 0 ? -1 : epochs[i];
    }

    /** Where the largest epoch that is not above {@code epoch} ends; unknown if {@code epoch} is later than all. */
    EpochEndOffset endOffsetOf(int epoch, long logEndOffset) {
        if (epoch < 0 || count == 0 || epoch > latestEpoch()) return EpochEndOffset.UNKNOWN;
        if (epoch == latestEpoch()) return new EpochEndOffset(epoch, logEndOffset);
        int higher = count - 1;
        while (higher > 0 && epochs[higher - 1] > epoch) higher--;
        return new EpochEndOffset(higher == 0 ? epoch : epochs[higher - 1], startOffsets[higher]);
    }

    /** Forgets epochs that start at an offset or later. @return whether anything changed */
    boolean truncateFromEnd(long endOffset) {
        int before = count;
        while (count > 0 && startOffsets[count - 1] >= endOffset) count--;
        return count != before;
    }

    /** The log now starts at an offset: epochs that end before it are forgotten. @return whether anything changed */
    boolean truncateFromStart(long startOffset) {
        int first = count - 1;
        while (first > 0 && startOffsets[first] > startOffset) first--;
        if (first < 0 || startOffsets[first] >= startOffset) return false;
        System.arraycopy(epochs, first, epochs, 0, count - first);
        System.arraycopy(startOffsets, first, startOffsets, 0, count - first);
        count -= first;
        startOffsets[0] = startOffset;
        return true;
    }

    void clear() {
        count = 0;
    }

    String toText() {
        var text = new StringBuilder(16 + 16 * count).append("0\n").append(count).append('\n');
        for (int i = 0; i < count; i++) text.append(epochs[i]).append(' ').append(startOffsets[i]).append('\n');
        return text.toString();
    }

    /** @throws IllegalArgumentException if the text is not such a file's */
    static LeaderEpochHistory parse(String text) {
        var history = new LeaderEpochHistory();
        if (!CheckpointFile.isWhole(text)) throw new IllegalArgumentException("torn");
        for (var line : CheckpointFile.lines(text)) {
            int space = line.indexOf(' ');
            if (space < 0) throw new IllegalArgumentException("malformed line: line=" + line);
            int epoch = Integer.parseInt(line.substring(0, space));
            long offset = Long.parseLong(line.substring(space + 1).trim());
            history.assign(epoch, offset);
        }
        return history;
    }
}
