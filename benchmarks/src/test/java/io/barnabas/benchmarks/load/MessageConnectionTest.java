package io.barnabas.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.benchmarks.load.FakeBroker.Fault;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MessageConnectionTest {
    private static final short VERSION = 12;
    /** Together more than a socket takes at once. */
    private static final int NAMES = 50_000;
    private static final int REQUESTS = 20;

    private static MetadataRequest request() {
        var request = new MetadataRequest().setTopics(new ArrayList<>());
        for (int i = 0; i < NAMES; i++) request.topics().add(new MetadataRequestTopic().setName("topic-with-a-name-of-a-certain-length-" + i));
        return request;
    }

    @Test
    void whateverIsAskedIsAnsweredInItsOrder() {
        var answers = new ArrayList<Integer>();
        var done = new CompletableFuture<List<Integer>>();
        try (var broker = new FakeBroker(13, Fault.NONE); var thread = new LoadThread()) {
            var connection = new MessageConnection(thread, broker.address(), api -> VERSION);
            var request = request();
            thread.run(() -> {
                for (int i = 0; i < REQUESTS; i++) {
                    int number = i;
                    connection.ask(request, MetadataResponse.class, answer -> {
                        answers.add(number);
                        if (answers.size() == REQUESTS) done.complete(answers);
                    });
                }
            }, done, answers::size);
        }
        assertThat(answers).hasSize(REQUESTS).isSorted();
    }

    @Test
    void whatIsThrownOverAnAnswerEndsTheRun() {
        try (var broker = new FakeBroker(13, Fault.NONE); var thread = new LoadThread()) {
            var connection = new MessageConnection(thread, broker.address(), api -> VERSION);
            assertThatThrownBy(() -> thread.run(() -> connection.ask(request(), MetadataResponse.class, answer -> {
                throw new LoadException("not wanted");
            }), new CompletableFuture<Void>(), () -> 0)).isInstanceOf(LoadException.class).hasMessageContaining("not wanted");
        }
    }
}
