package io.barnabas.network;

import io.barnabas.base.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Bytes as they are. */
final class PlainTransport implements Transport {
    private final SocketChannel channel;

    PlainTransport(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public long write(ByteBuffer[] sources, int count) throws IOException {
        return count == 1 ? channel.write(sources[0]) : channel.write(sources, 0, count);
    }

    @Override
    public int transfer(Payload payload, int position, int byteCount) throws IOException {
        return payload.transferTo(channel, position, byteCount);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone either way, and nothing was promised to the peer.
        }
    }
}
