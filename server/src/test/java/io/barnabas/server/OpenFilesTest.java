package io.barnabas.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OpenFilesTest {
    @Test
    void theSoftLimitCounts() {
        assertEquals(20_000, OpenFiles.limitOf("Max open files            20000                20000                files     "));
        assertEquals(1_024, OpenFiles.limitOf("Max open files            1024                 524288               files     "));
        assertEquals(1_000_000, OpenFiles.limitOf("Max open files            unlimited            unlimited            files     "));
        assertEquals(4_096, OpenFiles.limitOf("Max open files            ?                    ?                    files     "));
    }

    @Test
    void someFilesAreLeftForSockets() {
        assertTrue(OpenFiles.segmentsMax() > 0);
    }
}
