package io.barnabas.cluster.quorum;

/**
 * Names a snapshot by what it stands for.
 *
 * @param endOffset   first offset that is not in it
 * @param leaderEpoch epoch of the last record in it
 */
public record SnapshotId(long endOffset, int leaderEpoch) implements Comparable<SnapshotId> {
    static final String SUFFIX = ".checkpoint";

    @Override
    public int compareTo(SnapshotId other) {
        int order = Integer.compare(leaderEpoch, other.leaderEpoch);
        return order != 0 ? order : Long.compare(endOffset, other.endOffset);
    }

    /** {@code <20 digits of the offset>-<10 digits of the epoch>.checkpoint} */
    public String fileName() {
        return padded(endOffset, 20) + '-' + padded(leaderEpoch, 10) + SUFFIX;
    }

    /** @return null if the name is not that of a finished snapshot */
    static SnapshotId ofFileName(String name) {
        if (name.length() != 20 + 1 + 10 + SUFFIX.length() || name.charAt(20) != '-' || !name.endsWith(SUFFIX)) return null;
        try {
            return new SnapshotId(Long.parseLong(name.substring(0, 20)), Integer.parseInt(name.substring(21, 31)));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static String padded(long number, int digits) {
        var text = Long.toString(number);
        return "0".repeat(digits - text.length()) + text;
    }
}
