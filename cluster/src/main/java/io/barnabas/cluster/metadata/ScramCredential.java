package io.barnabas.cluster.metadata;

import java.nio.ByteBuffer;

/** What is kept of a SCRAM password. Immutable: the buffers are read-only and read without moving their positions. */
public record ScramCredential(ByteBuffer salt, ByteBuffer storedKey, ByteBuffer serverKey, int iterations) {
    /** Leaves the secrets out. */
    @Override
    public String toString() {
        return "ScramCredential iterations=" + iterations;
    }
}
