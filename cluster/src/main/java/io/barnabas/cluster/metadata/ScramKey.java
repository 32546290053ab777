package io.barnabas.cluster.metadata;

/** @param mechanism 1 SCRAM-SHA-256, 2 SCRAM-SHA-512 */
public record ScramKey(byte mechanism, String user) implements Comparable<ScramKey> {
    @Override
    public int compareTo(ScramKey other) {
        return mechanism != other.mechanism ? Byte.compare(mechanism, other.mechanism) : user.compareTo(other.user);
    }
}
