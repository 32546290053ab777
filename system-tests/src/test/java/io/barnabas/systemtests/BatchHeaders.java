package io.barnabas.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The batch headers of a partition's first segment file, read as the format describes them and by nothing of ours. */
record BatchHeaders(long baseOffset, int lastOffsetDelta, int attributes, long maxTimestamp, long producerId, int recordCount) {
    private static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};
    private static final int OVERHEAD = 12;
    private static final int HEADER_BYTES = 61;

    static List<BatchHeaders> in(Path partitionDirectory) {
        try {
            return in(ByteBuffer.wrap(Files.readAllBytes(partitionDirectory.resolve("00000000000000000000.log"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<BatchHeaders> in(ByteBuffer file) {
        var headers = new ArrayList<BatchHeaders>();
        for (int at = 0; at + HEADER_BYTES <= file.limit(); at += OVERHEAD + file.getInt(at + 8)) {
            if (file.get(at + 16) != 2) throw new AssertionError("not format v2: position=" + at + " magic=" + file.get(at + 16));
            headers.add(new BatchHeaders(file.getLong(at), file.getInt(at + 23), file.getShort(at + 21), file.getLong(at + 35),
                    file.getLong(at + 43), file.getInt(at + 57)));
        }
        return headers;
    }

    String codec() {
        return CODECS[attributes & 7];
    }
}
