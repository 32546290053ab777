package io.barnabas.systemtests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Ways in which a file comes to hold something else than was written to it. */
enum Damage {
    FLIPPED_BIT, ZEROED_BLOCK, TRUNCATED, EMPTIED, MISSING, OLDER_VERSION, GARBAGE_BEHIND;

    private static final int BLOCK_BYTES = 512;
    private static final int GARBAGE_BYTES_MAX = 3_000;

    /**
     * Does it, in place: who has the file open meets it, too.
     *
     * @param older where an older version of the file may be
     * @return what was done, null if it would change nothing
     */
    String doTo(Path file, Path older, RandomGenerator random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        byte[] before = bytes.clone();
        String where = "";
        switch (this) {
            case FLIPPED_BIT -> {
                if (bytes.length == 0) return null;
                int at = random.nextInt(bytes.length);
                int bit = random.nextInt(8);
                if (file.toString().endsWith(".log") && isOfBaseOffset(bytes, at)) return null;
                bytes[at] ^= 1 << bit;
                where = " at=" + at + " bit=" + bit;
            }
            case ZEROED_BLOCK -> {
                if (bytes.length == 0) return null;
                int from = random.nextInt(bytes.length) / BLOCK_BYTES * BLOCK_BYTES;
                Arrays.fill(bytes, from, Math.min(bytes.length, from + BLOCK_BYTES), (byte) 0);
                where = " from=" + from;
            }
            case TRUNCATED -> {
                if (bytes.length == 0) return null;
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                where = " to=" + bytes.length;
            }
            case EMPTIED -> bytes = new byte[0];
            case MISSING -> {
                Files.delete(file);
                return describe(file, before, where);
            }
            case OLDER_VERSION -> {
                if (!Files.exists(older)) return null;
                bytes = Files.readAllBytes(older);
            }
            case GARBAGE_BEHIND -> {
                var garbage = new byte[1 + random.nextInt(GARBAGE_BYTES_MAX)];
                random.nextBytes(garbage);
                bytes = Arrays.copyOf(bytes, bytes.length + garbage.length);
                System.arraycopy(garbage, 0, bytes, before.length, garbage.length);
                where = " bytes=" + garbage.length;
            }
        }
        if (Arrays.equals(bytes, before)) return null;
        Files.write(file, bytes, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        return describe(file, before, where);
    }

    /** A batch's base offset is under no checksum: neither a broker nor a consumer could tell. */
    private static boolean isOfBaseOffset(byte[] log, int at) {
        int start = 0;
        while (true) {
            int next = start + 12 + ByteBuffer.wrap(log).getInt(start + 8);
            if (at < next) return at < start + Long.BYTES;
            start = next;
        }
    }

    private String describe(Path file, byte[] before, String where) {
        return this + " " + file.getParent().getFileName() + "/" + file.getFileName() + " size=" + before.length + where;
    }
}
