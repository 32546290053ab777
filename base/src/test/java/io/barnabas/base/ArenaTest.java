package io.barnabas.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ArenaTest {
    @Test
    void aBufferThatCameBackIsLentAgain() {
        var arena = new Arena(1 << 20);
        var buffer = arena.acquire(3_000);
        assertEquals(4_096, buffer.capacity());
        arena.release(buffer.position(17).limit(18));
        assertEquals(4_096, arena.freeBytes());
        assertSame(buffer, arena.acquire(4_096));
        assertEquals(4_096, buffer.remaining());
        assertEquals(0, arena.freeBytes());
    }

    @Test
    void whatLiesUnusedIsBounded() {
        var arena = new Arena(10_000);
        var first = arena.acquire(8_192);
        var second = arena.acquire(8_192);
        arena.release(first);
        arena.release(second);
        assertEquals(8_192, arena.freeBytes());
    }

    @Test
    void buffersOverTheLargestClassDoNotPileUp() {
        var arena = new Arena(1 << 30);
        // Far more in all than the process may take.
        for (int i = 0; i < 40; i++) arena.release(arena.acquire(50 << 20));
        assertEquals(0, arena.freeBytes());
    }

    @Test
    void moreThanTheProcessMayTakeIsRefused() {
        assertThrows(OutOfDirectMemoryException.class, () -> new Arena(0).acquire(Integer.MAX_VALUE));
    }

    @Test
    void heapBuffersAreNotKept() {
        var arena = new Arena(1 << 20);
        arena.release(ByteBuffer.allocate(4_096));
        assertEquals(0, arena.freeBytes());
    }

    @Test
    void aWriterGrowsInTheArena() {
        var arena = new Arena(1 << 20);
        var writer = new ByteWriter(arena, 512);
        for (int i = 0; i < 10_000; i++) writer.writeInt(i);
        var bytes = writer.buffer().duplicate().flip();
        for (int i = 0; i < 10_000; i++) assertEquals(i, bytes.getInt());
        arena.release(writer.buffer());
        // 512 bytes doubled up to 65,536.
        assertEquals(2 * 65_536 - 512, arena.freeBytes());
    }
}
