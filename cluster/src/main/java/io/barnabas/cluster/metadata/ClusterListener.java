package io.barnabas.cluster.metadata;

/** Hears of every committed change of the cluster's metadata, in order. */
public interface ClusterListener {
    /** Runs on the loop of the metadata; must not block. {@code delta.after()} is the new image. */
    void onChange(ClusterDelta delta);
}
