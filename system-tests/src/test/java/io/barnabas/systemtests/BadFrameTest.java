package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.MetadataRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that lie about their length, end early or never, or carry too much: their connection closes, and no other. */
class BadFrameTest extends BadInput {
    private static final int FRAME_BYTES_MAX = 100 << 20;

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, FRAME_BYTES_MAX + 1, 0x47455420 /* "GET " */, Integer.MAX_VALUE})
    void aLengthOutOfBoundsClosesAtOnce(int length) {
        client().send(ByteBuffer.allocate(4).putInt(length).array()).awaitClosed();
    }

    @Test
    void aTlsGreetingOnAPlaintextListenerClosesAtOnce() {
        client().send((byte) 0x16, (byte) 3, (byte) 1, (byte) 2, (byte) 0, (byte) 1).awaitClosed();
    }

    @Test
    void claimedFramesCostNoMemoryBeforeTheirBytesCome() {
        var claim = ByteBuffer.allocate(12).putInt(FRAME_BYTES_MAX).putLong(0).array();
        var claimants = new ArrayList<BareConnection>();
        for (int i = 0; i < 200; i++) claimants.add(client().send(claim));
        witnessWorks();
        for (var claimant : claimants) claimant.send((byte) 0);
    }

    @Test
    void largeFramesOfManyAtOnceWaitTheirTurn() {
        byte[] begun = Arrays.copyOf(ByteBuffer.allocate(4).putInt(FRAME_BYTES_MAX).array(), 1 << 20);
        for (int i = 0; i < 40; i++) {
            client().sendOnward(begun, 1);
            witnessWorks();
        }
    }

    @Test
    void aFrameLargerThanThereIsMemoryClosesItsConnectionAlone() {
        var client = client();
        client.send(ByteBuffer.allocate(4).putInt(FRAME_BYTES_MAX).array()).sendOnward(new byte[1 << 20], 99).awaitClosed();
    }

    @Test
    void aFrameCutShortClosesWithoutAnAnswer() {
        byte[] whole = BareConnection.frame(new ApiVersionsRequest(), 0, 1);
        for (int length = 1; length < whole.length; length++) {
            client().send(Arrays.copyOf(whole, length)).endOutput().awaitClosed();
        }
    }

    @Test
    void aRequestCutShortInsideAWholeFrameCloses() {
        var request = new MetadataRequest().setTopics(new ArrayList<>());
        request.topics().add(new MetadataRequest.MetadataRequestTopic().setName("witness"));
        byte[] whole = BareConnection.frame(request, 12, 1);
        for (int length = 5; length < whole.length; length++) {
            client().send(BareConnection.withLength(Arrays.copyOf(whole, length))).awaitClosed();
        }
    }

    @Test
    void bytesLeftAfterTheLastFieldClose() {
        byte[] whole = BareConnection.frame(new ApiVersionsRequest(), 0, 1);
        client().send(BareConnection.withLength(Arrays.copyOf(whole, whole.length + 1))).awaitClosed();
        client().send(BareConnection.withLength(Arrays.copyOf(whole, whole.length + (1 << 20)))).awaitClosed();
    }

    @Test
    void bytesThatComeOneByOneAreARequestInTheEnd() {
        var client = client();
        for (byte b : BareConnection.frame(new ApiVersionsRequest(), 0, 7)) client.send(b);
        assertEquals(ErrorCode.NONE.code(), client.answer(ApiKey.API_VERSIONS, 0, ApiVersionsResponse.class).errorCode());
    }

    @Test
    void connectionsThatDripAreClosedAndSlowOnesThatGetOnAreNot() {
        var slow = client();
        byte[] request = largeRequest();
        int sent = 1024;
        slow.send(Arrays.copyOf(request, sent));
        var dripping = new ArrayList<BareConnection>();
        for (int i = 0; i < 50; i++) dripping.add(client().send((byte) 0, (byte) 0, (byte) 1));
        while (!dripping.get(0).closesWithin(400)) {
            int next = Math.min(request.length - 1, sent + 1024);
            slow.send(Arrays.copyOfRange(request, sent, next));
            sent = next;
        }
        for (var client : dripping) assertTrue(client.closesWithin(60_000));
        slow.send(Arrays.copyOfRange(request, sent, request.length));
        assertEquals(ErrorCode.NONE.code(), slow.answer(ApiKey.API_VERSIONS, 0, ApiVersionsResponse.class).errorCode());
    }

    /** ApiVersions from a client with the longest of names. */
    private static byte[] largeRequest() {
        byte[] frame = new byte[4 + 8 + 2 + Short.MAX_VALUE];
        ByteBuffer.wrap(frame).position(4).putShort(ApiKey.API_VERSIONS.id()).putShort((short) 0).putInt(7).putShort(Short.MAX_VALUE);
        Arrays.fill(frame, 14, frame.length, (byte) 'x');
        return BareConnection.withLength(frame);
    }

    @Test
    void aFloodOfRequestsThatNobodyReadsTheAnswersOfStopsAtTheFlooder() {
        var flooder = client();
        byte[] request = BareConnection.frame(new ApiVersionsRequest(), 0, 1);
        byte[] many = new byte[request.length * 2_000];
        for (int at = 0; at < many.length; at += request.length) System.arraycopy(request, 0, many, at, request.length);
        flooder.sendOnward(many, 3);
        for (int i = 0; i < 20; i++) witnessWorks();
        assertTrue(broker().process().residentKb() < RESIDENT_KB_MAX);
        for (int i = 0; i < 6_000; i++) flooder.receive();
        witnessWorks();
    }
}
