package io.barnabas.protocol;

/** A type of record in a coordinator's log: a key of version-less layout and a value with versions. */
public interface CoordinatorRecordType {
    short id();

    /** Lowest version of the value. */
    short lowestVersion();

    /** Highest version of the value. */
    short highestVersion();

    Message newKey();

    Message newValue();
}
