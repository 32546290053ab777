package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.ByteWriter;
import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.FetchSnapshotRequest;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.protocol.message.SaslAuthenticateRequest;
import io.barnabas.protocol.message.SaslAuthenticateResponse;
import io.barnabas.protocol.message.SaslHandshakeRequest;
import io.barnabas.protocol.message.SaslHandshakeResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole frames that say something no request can say. */
class BadMessageTest extends BadInput {
    private static final int METADATA_FLEXIBLE = 12;
    private static final int METADATA_FIXED = 8;

    /** Sends a request's body as written here; the connection closes. */
    private void refused(ApiKey api, int version, Consumer<ByteWriter> body) {
        var writer = ByteWriter.onHeap(64);
        body.accept(writer);
        var bytes = writer.toByteBuffer();
        var array = new byte[bytes.remaining()];
        bytes.get(array);
        client().send(BareConnection.frame(api, version, array)).awaitClosed();
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, Integer.MIN_VALUE, 100, 1_000_000, Integer.MAX_VALUE})
    void anArrayCountThatItsBytesCannotHoldCloses(int count) {
        refused(ApiKey.METADATA, METADATA_FIXED, body -> body.writeInt(count));
        refused(ApiKey.CREATE_TOPICS, 2, body -> body.writeInt(count));
        refused(ApiKey.FETCH, 4, body -> {
            for (int i = 0; i < 4; i++) body.writeInt(i == 0 ? -1 : 0);
            body.writeByte(0);
            body.writeInt(count);
        });
    }

    /** CVE-2022-34917: memory taken by a claimed count. */
    @ParameterizedTest
    @ValueSource(ints = {0x0FFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF})
    void aCompactCountTakesNoMemoryByItsClaim(int countPlusOne) {
        for (int i = 0; i < 50; i++) refused(ApiKey.METADATA, METADATA_FLEXIBLE, body -> body.writeUnsignedVarint(countPlusOne));
    }

    @Test
    void anArrayThatMayNotBeNullClosesWhenItIs() {
        refused(ApiKey.CREATE_TOPICS, 2, body -> body.writeInt(-1));
        refused(ApiKey.CREATE_TOPICS, 7, body -> body.writeUnsignedVarint(0));
    }

    @Test
    void aVarintOfTooManyBytesCloses() {
        refused(ApiKey.METADATA, METADATA_FLEXIBLE, body -> body.writeBytes(new byte[] {-1, -1, -1, -1, -1, 1}));
        refused(ApiKey.METADATA, METADATA_FLEXIBLE, body -> body.writeBytes(new byte[] {-1, -1, -1, -1, 127}));
        refused(ApiKey.METADATA, METADATA_FLEXIBLE, body -> body.writeBytes(new byte[] {-1, -1}));
    }

    /** Metadata for no topic, up to where its tagged fields begin. */
    private static void metadataWithoutTags(ByteWriter body) {
        body.writeUnsignedVarint(1);
        for (int i = 0; i < 2; i++) body.writeByte(0);
    }

    /** CVE-2026-111108 and CVE-2026-111115: memory taken by tagged fields. */
    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 0x0FFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF})
    void moreTaggedFieldsThanTheBytesHoldClose(int count) {
        refused(ApiKey.METADATA, METADATA_FLEXIBLE, body -> {
            metadataWithoutTags(body);
            body.writeUnsignedVarint(count);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"5,5", "6,5", "1000000,0"})
    void taggedFieldsTwiceOrOutOfOrderClose(String tags) {
        refused(ApiKey.METADATA, METADATA_FLEXIBLE, body -> {
            metadataWithoutTags(body);
            body.writeUnsignedVarint(2);
            for (String tag : tags.split(",")) {
                body.writeUnsignedVarint(Integer.parseInt(tag));
                body.writeUnsignedVarint(0);
            }
        });
    }

    @Test
    void aTaggedFieldPastTheEndCloses() {
        for (int size : new int[] {1, 1_000, 0x7FFFFFFF, 0xFFFFFFFF}) {
            refused(ApiKey.METADATA, METADATA_FLEXIBLE, body -> {
                metadataWithoutTags(body);
                body.writeUnsignedVarint(1);
                body.writeUnsignedVarint(9);
                body.writeUnsignedVarint(size);
            });
        }
    }

    @Test
    void unknownTaggedFieldsAreNoFault() {
        byte[] header = BareConnection.frame(ApiKey.METADATA, METADATA_FLEXIBLE, new byte[] {1, 0, 0, 2, 7, 1, 42, 100, 0});
        var answer = client().send(header).answer(ApiKey.METADATA, METADATA_FLEXIBLE, MetadataResponse.class);
        assertEquals(0, answer.topics().size());
    }

    @Test
    void amountsOfTaggedFieldsInTheHeaderClose() {
        byte[] frame = BareConnection.frame(ApiKey.METADATA, METADATA_FLEXIBLE, new byte[0]);
        byte[] tags = new byte[1 << 20];
        var writer = ByteBuffer.wrap(tags).put((byte) 0xFF).put((byte) 0xFF).put((byte) 0x1F);
        client().send(BareConnection.withLength(BareConnection.concat(Arrays.copyOf(frame, frame.length - 1), Arrays.copyOf(tags, writer.position() + 1_000_000))))
                .awaitClosed();
    }

    private void topicName(int version, Consumer<ByteWriter> name) {
        refused(ApiKey.METADATA, version, body -> {
            if (version == METADATA_FIXED) body.writeInt(1);
            else {
                body.writeUnsignedVarint(2);
                body.writeUuid(Uuid.ZERO);
            }
            name.accept(body);
            body.writeInt(0);
        });
    }

    @Test
    void aStringPastTheEndCloses() {
        for (int length : new int[] {100, Short.MAX_VALUE, Short.MIN_VALUE, -2}) topicName(METADATA_FIXED, body -> body.writeShort(length));
        for (int length : new int[] {100, 0x7FFFFFFF, 0xFFFFFFFF}) topicName(METADATA_FLEXIBLE, body -> body.writeUnsignedVarint(length));
    }

    @Test
    void aStringThatIsNotUtf8Closes() {
        byte[][] faults = {{-1, -2}, {(byte) 0xC0, (byte) 0x80}, {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, {(byte) 0xE2, 40}};
        for (byte[] fault : faults) {
            topicName(METADATA_FIXED, body -> {
                body.writeShort(fault.length);
                body.writeBytes(fault);
            });
        }
    }

    @Test
    void aNullWhereNoneIsAllowedCloses() {
        topicName(METADATA_FIXED, body -> body.writeShort(-1));
        refused(ApiKey.CREATE_TOPICS, 7, body -> {
            body.writeUnsignedVarint(2);
            body.writeUnsignedVarint(0);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, 7, 95, 1_000, Short.MAX_VALUE, Short.MIN_VALUE})
    void anUnknownApiCloses(int key) {
        client().send(headerOnly(key, 0)).awaitClosed();
    }

    @Test
    void anUnknownVersionCloses() {
        for (var api : List.of(ApiKey.METADATA, ApiKey.PRODUCE, ApiKey.FETCH, ApiKey.CREATE_TOPICS)) {
            for (int version : new int[] {-1, api.highestVersion() + 1, Short.MAX_VALUE, Short.MIN_VALUE}) {
                client().send(headerOnly(api.id(), version)).awaitClosed();
            }
        }
    }

    private static byte[] headerOnly(int key, int version) {
        return BareConnection.withLength(ByteBuffer.allocate(4 + 10).putInt(0).putShort((short) key).putShort((short) version).putInt(3).putShort((short) -1).array());
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 100, Short.MAX_VALUE})
    void apiVersionsInAnUnknownVersionTellsTheOnesThatAreKnown(int version) throws Exception {
        var told = sameAsKafka(broker -> {
            var answer = client(broker).send(BareConnection.withLength(Arrays.copyOf(headerOnly(ApiKey.API_VERSIONS.id(), version), 15))).answer(ApiKey.API_VERSIONS, 0, ApiVersionsResponse.class);
            var apis = new ArrayList<String>();
            for (var api : answer.apiKeys()) apis.add(api.apiKey() + ":" + api.minVersion() + "-" + api.maxVersion());
            return List.of(answer.errorCode(), apis);
        });
        assertEquals(ErrorCode.UNSUPPORTED_VERSION.code(), told.get(0));
    }

    @Test
    void apiVersionsFromSoftwareWithAnImpossibleNameIsAnInvalidRequest() throws Exception {
        for (String name : new String[] {"", "-", "a b", "{jndi:ldap://localhost/a}", "x".repeat(Short.MAX_VALUE)}) {
            sameAsKafka(broker -> client(broker).ask(new ApiVersionsRequest().setClientSoftwareName(name).setClientSoftwareVersion("1"), 3,
                    ApiVersionsResponse.class).errorCode());
        }
    }

    @Test
    void aFrameTooShortForAHeaderCloses() {
        for (int length = 1; length < 10; length++) client().send(BareConnection.withLength(new byte[4 + length])).awaitClosed();
    }

    @Test
    void saslWithoutSaslIsAnIllegalState() throws Exception {
        sameAsKafka(broker -> client(broker).ask(new SaslHandshakeRequest().setMechanism("PLAIN"), 1, SaslHandshakeResponse.class).errorCode());
        sameAsKafka(broker -> {
            var request = new SaslAuthenticateRequest().setAuthBytes(ByteBuffer.wrap("\0user\0password".getBytes()));
            var answer = client(broker).ask(request, 2, SaslAuthenticateResponse.class);
            return List.of(answer.errorCode(), answer.errorMessage());
        });
        assertFalse(broker().process().output().contains("password"), "credentials in the log");
    }

    /** CVE-2026-83525. A broker's listener does not serve it at all. */
    @Test
    void fetchSnapshotWithoutTopicsCloses() {
        client().send(BareConnection.frame(new FetchSnapshotRequest(), 1, 1)).awaitClosed();
    }

    /** CVE-2018-1288: records told to a client that calls itself a replica. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 999, Integer.MAX_VALUE})
    void aClientThatCallsItselfAReplicaIsToldNothing(int replicaId) {
        createTopic();
        var old = Witness.fetch(topic, 0, 0).setReplicaId(replicaId);
        assertEquals(ErrorCode.CLUSTER_AUTHORIZATION_FAILED.code(), client().ask(old, 12, FetchResponse.class).errorCode());
        var recent = new FetchRequest().setReplicaState(new FetchRequest.ReplicaState().setReplicaId(replicaId).setReplicaEpoch(1));
        var answer = client().ask(recent, 17, FetchResponse.class);
        assertEquals(ErrorCode.CLUSTER_AUTHORIZATION_FAILED.code(), answer.errorCode());
        assertTrue(answer.responses().isEmpty());
    }

    @Test
    void whatOnlyControllersServeClosesOnABrokersListener() {
        for (var api : List.of(ApiKey.VOTE, ApiKey.BEGIN_QUORUM_EPOCH, ApiKey.END_QUORUM_EPOCH, ApiKey.BROKER_REGISTRATION,
                ApiKey.BROKER_HEARTBEAT, ApiKey.ALTER_PARTITION, ApiKey.ENVELOPE, ApiKey.ALLOCATE_PRODUCER_IDS)) {
            client().send(headerOnly(api.id(), 0)).awaitClosed();
        }
    }
}
