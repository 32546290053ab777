package io.barnabas.base;

/** The process may take no more direct memory. Whoever asked does without; nothing else is harmed. */
public final class OutOfDirectMemoryException extends RuntimeException {
    OutOfDirectMemoryException(int byteCount, Throwable cause) {
        super("no direct memory left: asked=" + byteCount, cause);
    }
}
