package io.barnabas.log;

/** Who wrote a batch that a leader appends: decides which producer checks it must pass. */
public enum AppendOrigin {
    /** A producer: epoch, sequence and duplicates are checked. */
    CLIENT,
    /** This broker itself (coordinators, transaction markers, the metadata log): the epoch is checked, sequences are not. */
    COORDINATOR
}
