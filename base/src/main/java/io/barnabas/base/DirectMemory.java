package io.barnabas.base;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;

/**
 * Gives direct memory back without waiting for the garbage collector. JDKs from 24 on warn about the one way to do so,
 * and there the collector does it. Loaded when the first buffer is freed.
 */
final class DirectMemory {
    private static final MethodHandle INVOKE_CLEANER = invokeCleaner();

    private DirectMemory() {}

    /** @param buffer made by {@code allocateDirect} itself, not a slice; any later use of its memory would crash */
    static void free(ByteBuffer buffer) {
        if (INVOKE_CLEANER == null) return;
        try {
            INVOKE_CLEANER.invokeExact(buffer);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot free direct memory: bytes=" + buffer.capacity(), e);
        }
    }

    private static MethodHandle invokeCleaner() {
        if (Runtime.version().feature() >= 24) return null;
        try {
            var type = Class.forName("sun.misc.Unsafe");
            var field = type.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(type, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(field.get(null));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
