package io.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.ResponseHeader;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaggedFieldsTest {
    private static final short FLEXIBLE_HEADER = 1;

    @Test
    void unknownTaggedFieldsAreKeptAndWrittenBack() {
        var bytes = header(2, 3, 1, 'a', 200, 0);
        var header = read(bytes);
        assertThat(header.unknownTaggedFields()).containsExactly(new TaggedField(3, new byte[] {'a'}), new TaggedField(200, new byte[0]));
        assertThat(MessageCase.write(header, FLEXIBLE_HEADER)).isEqualTo(bytes);
    }

    @Test
    void tagsMustAscend() {
        assertRefused("tags out of order", header(2, 3, 0, 3, 0));
        assertRefused("tags out of order", header(2, 3, 0, 1, 0));
    }

    @Test
    void aCountOfTagsThatTheBytesCannotHoldIsRefused() {
        assertRefused("array count does not fit", header(3, 3, 0));
        assertRefused("unsigned number too large", new byte[] {0, 0, 0, 7, -1, -1, -1, -1, 0x0F});
    }

    @Test
    void aTagLargerThanItsMessageIsRefused() {
        assertRefused("array count does not fit", header(1, 3, 5, 'a'));
    }

    @Test
    void aKnownTagMustFillItsSize() {
        var request = new FetchRequest().setClusterId("c");
        var bytes = MessageCase.write(request, (short) 12);
        // The tagged section ends the message: count 1, tag 0, size 2, string "c".
        int size = bytes.length - 3;
        assertThat(bytes[size]).isEqualTo((byte) 2);
        for (byte wrong : new byte[] {1, 3}) {
            var damaged = java.util.Arrays.copyOf(bytes, bytes.length + 1);
            damaged[size] = wrong;
            assertThatThrownBy(() -> new FetchRequest().readWhole(new ByteReader(ByteBuffer.wrap(damaged)), (short) 12))
                    .isInstanceOf(DecodeException.class).hasMessageContaining("tagged field does not fill its size");
        }
    }

    @Test
    void aKnownTagOfAnotherVersionIsRefused() {
        var bytes = MessageCase.write(new FetchRequest().setClusterId("c"), (short) 14);
        // The replica's state, a tagged field since version 15.
        bytes[bytes.length - 4] = 1;
        assertThatThrownBy(() -> new FetchRequest(new ByteReader(ByteBuffer.wrap(bytes)), (short) 14))
                .isInstanceOf(DecodeException.class).hasMessageContaining("tagged field of another version");
    }

    @Test
    void unknownTagsThatAreKnownOrOutOfOrderAreNotWritten() {
        var known = new FetchRequest().setUnknownTaggedFields(List.of(new TaggedField(1, new byte[1])));
        assertThatThrownBy(() -> known.write(ByteWriter.onHeap(64), (short) 12)).isInstanceOf(IllegalArgumentException.class);
        var twice = new ResponseHeader().setUnknownTaggedFields(List.of(new TaggedField(4, new byte[1]), new TaggedField(4, new byte[1])));
        assertThatThrownBy(() -> twice.write(ByteWriter.onHeap(64), FLEXIBLE_HEADER)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aVersionWithoutTaggedFieldsRefusesToWriteThem() {
        var header = new ResponseHeader().setUnknownTaggedFields(List.of(new TaggedField(1, new byte[1])));
        assertThatThrownBy(() -> header.write(ByteWriter.onHeap(16), (short) 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] header(int... tagged) {
        var writer = ByteWriter.onHeap(32);
        writer.writeInt(7);
        for (int value : tagged) writer.writeUnsignedVarint(value);
        return MessageCase.bytes(writer);
    }

    private static ResponseHeader read(byte[] bytes) {
        var header = new ResponseHeader();
        header.readWhole(new ByteReader(ByteBuffer.wrap(bytes)), FLEXIBLE_HEADER);
        return header;
    }

    private static void assertRefused(String message, byte[] bytes) {
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(DecodeException.class).hasMessageContaining(message);
    }
}
