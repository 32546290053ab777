package io.barnabas.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemMemoryTest {
    @TempDir Path folder;

    @Test
    void theSmallerOfMachineAndGroupCounts() throws IOException {
        Path machine = Files.writeString(folder.resolve("meminfo"), "MemFree:  7 kB\nMemTotal:       2048 kB\n");
        Path none = folder.resolve("none");
        assertEquals(2 << 20, SystemMemory.bytes(machine, none));
        assertEquals(2 << 20, SystemMemory.bytes(machine, Files.writeString(folder.resolve("open"), "max\n")));
        assertEquals(1 << 20, SystemMemory.bytes(machine, Files.writeString(folder.resolve("tight"), "1048576\n")));
        assertEquals(2 << 20, SystemMemory.bytes(machine, Files.writeString(folder.resolve("wide"), "9999999999\n")));
        assertEquals(1 << 30, SystemMemory.bytes(none, none));
        assertTrue(SystemMemory.bytes() > 0);
    }
}
