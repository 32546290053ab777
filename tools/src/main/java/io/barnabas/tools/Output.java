package io.barnabas.tools;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Standard output for a tool that prints millions of lines: UTF-8, whatever the machine's language is, and written in large
 * pieces. Used by one thread.
 */
final class Output implements AutoCloseable {
    private static final int CHARS_MAX = 1 << 16;

    /** Nobody reads any more: the other end of a pipe is closed. */
    static final class ClosedException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final OutputStream target;
    private final StringBuilder text = new StringBuilder(CHARS_MAX);
    private final CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer bytes = ByteBuffer.allocate(4 * CHARS_MAX);

    Output(OutputStream target) {
        this.target = target;
    }

    static Output standard() {
        return new Output(new FileOutputStream(FileDescriptor.out));
    }

    Output add(String part) {
        text.append(part);
        return this;
    }

    Output add(char part) {
        text.append(part);
        return this;
    }

    Output add(long part) {
        text.append(part);
        return this;
    }

    Output add(boolean part) {
        text.append(part);
        return this;
    }

    void endLine() {
        text.append('\n');
        if (text.length() >= CHARS_MAX) flush();
    }

    void line(String line) {
        add(line).endLine();
    }

    /** @throws ClosedException if nobody reads */
    void flush() {
        if (text.length() == 0) return;
        int wanted = (int) (text.length() * 3L);
        if (bytes.capacity() < wanted) bytes = ByteBuffer.allocate(wanted);
        encoder.reset().encode(CharBuffer.wrap(text), bytes.clear(), true);
        text.setLength(0);
        if (text.capacity() > 16 * CHARS_MAX) text.trimToSize();
        try {
            target.write(bytes.array(), 0, bytes.position());
            target.flush();
        } catch (IOException e) {
            throw new ClosedException();
        }
    }

    @Override
    public void close() {
        flush();
    }
}
