package io.barnabas.coordinator.group;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * Reads which topics a consumer says in its metadata that it subscribes to. Consumers wrote this for one another; the
 * coordinator only looks at the beginning:
 * <pre>
 * version int16; topics: count int32, each a length int16 and UTF-8; more, of no interest here
 * </pre>
 */
final class SubscribedTopics {
    private static final int TOPIC_BYTES_MIN = 2;

    private SubscribedTopics() {}

    /** @return false if the metadata is of another kind, and topics holds what came before that was found out */
    static boolean addTo(Set<String> topics, ByteBuffer metadata) {
        var reader = new ByteReader(metadata.duplicate());
        try {
            if (reader.readShort() < 0) return false;
            int count = reader.checkCount(reader.readInt(), TOPIC_BYTES_MIN);
            for (int i = 0; i < count; i++) topics.add(reader.readString(reader.readShort()));
            return true;
        } catch (DecodeException e) {
            return false;
        }
    }
}
