package io.barnabas.log;

/** Who wrote a batch that a leader appends: decides which producer checks it must pass. */
public enum AppendOrigin {
    /** A producer: epoch, sequence and duplicates are checked. */
    CLIENT,
    /** This broker itself or a coordinator (offsets, transaction markers, the metadata log): the epoch is checked, sequences are not. */
    COORDINATOR,
    /**
     * A coordinator whose markers bear a higher epoch than the transaction they end ({@code transaction.version} 2, KIP-890, KIP-1228):
     * one with the same epoch ends nothing.
     */
    COORDINATOR_OF_VERSION_2
}
