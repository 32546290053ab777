package io.barnabas.cluster.metadata;

/** The levels of one feature that a node supports, both ends included. */
public record LevelRange(short lowest, short highest) {
    public boolean contains(short level) {
        return level >= lowest && level <= highest;
    }
}
