package io.barnabas.server;

import io.barnabas.coordinator.HeapShare;
import java.nio.ByteBuffer;

/** Bytes of requests that outlive their frames on the way to a coordinator's shard, however many requests wait there. Any thread. */
final class RequestCopies {
    private static final int PART_OF_HEAP = 8;

    private final HeapShare share = new HeapShare(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);

    /** Before bytes are copied. @return to be released when the request has reached the shard; null if there is no room now */
    HeapShare.Hold hold(long bytes) {
        return share.hold(bytes);
    }

    static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }
}
