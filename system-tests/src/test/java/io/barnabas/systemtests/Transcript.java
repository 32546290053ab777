package io.barnabas.systemtests;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What was asked of one broker and what it answered, line by line, as {@link WireText} writes it, so that two brokers that
 * behave alike leave the same lines. Owns the connections that it opened. {@code -Dtests.answers=FILE} adds what
 * Apache Kafka answered to a file.
 */
final class Transcript implements AutoCloseable {
    private static final int FIND_VERSION = 4;
    private static final int METADATA_VERSION = 12;

    private final Broker broker;
    private final WireText text = new WireText();
    private final List<String> lines = new ArrayList<>();
    private final Map<String, RawClient> clients = new HashMap<>();

    interface Scene {
        void play(Transcript told) throws Exception;
    }

    private Transcript(Broker broker) {
        this.broker = broker;
    }

    /** Plays one scene on either broker; each request must be answered alike. */
    static void same(Scene scene) {
        SideBySide.same(broker -> {
            try (var told = new Transcript(broker)) {
                try {
                    scene.play(told);
                } finally {
                    told.keep();
                }
                return told.lines;
            }
        });
    }

    Broker broker() {
        return broker;
    }

    /** The connection of this client, opened on first use. */
    RawClient client(String clientId) {
        return clients.computeIfAbsent(clientId, id -> {
            try {
                return new RawClient(broker.port(), id);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** A line of its own, between what was asked. */
    void note(String line) {
        lines.add(line);
    }

    ApiMessage ask(ApiMessage request, int version) throws IOException {
        return ask("raw", request, version);
    }

    ApiMessage ask(String clientId, ApiMessage request, int version) throws IOException {
        send(clientId, request, version);
        return receive(clientId, request, version);
    }

    /** Asks without waiting. */
    void send(String clientId, ApiMessage request, int version) throws IOException {
        lines.add(clientId + " asks v" + version + " " + text.of(request));
        client(clientId).send(request, version);
    }

    /** The answer to a request that was sent. */
    ApiMessage receive(String clientId, ApiMessage request, int version) throws IOException {
        return told(clientId, client(clientId).receive(request.apiKey(), version));
    }

    private ApiMessage told(String clientId, ApiMessage answer) {
        lines.add("  " + clientId + " hears " + text.of(answer));
        return answer;
    }

    /** Asks, and tells of the answer alone. */
    ApiMessage hear(String clientId, ApiMessage request, int version) throws IOException {
        return told(clientId, client(clientId).ask(request, version));
    }

    /** Asks without telling of it. */
    @SuppressWarnings("unchecked")
    <R extends ApiMessage> R quietly(ApiMessage request, int version) throws IOException {
        return (R) client("quiet").ask(request, version);
    }

    /** Tells of what was asked quietly. */
    void tell(ApiMessage request, int version, ApiMessage answer) {
        lines.add("raw asks v" + version + " " + text.of(request));
        lines.add("  raw hears " + text.of(answer));
    }

    /** Asks until the answer is as wanted, and tells of that one alone. */
    @SuppressWarnings("unchecked")
    <R extends ApiMessage> R until(Predicate<R> wanted, ApiMessage request, int version) {
        return SideBySide.until(() -> {
            R answer = (R) client("quiet").ask(request, version);
            if (!wanted.test(answer)) throw new AssertionError("not as wanted: " + text.of(answer));
            lines.add("at last:");
            tell(request, version, answer);
            return answer;
        });
    }

    /** Waits until these groups are coordinated here, which the first question brings about. */
    void awaitGroups(String... groups) {
        awaitCoordinators(Coordinators.GROUP, groups);
    }

    void awaitTransactions(String... transactionalIds) {
        awaitCoordinators(Coordinators.TRANSACTION, transactionalIds);
    }

    private void awaitCoordinators(byte type, String... keys) {
        SideBySide.until(() -> {
            Coordinators.check(client("quiet"), type, FIND_VERSION, keys);
            return null;
        });
    }

    /** The id of a topic, which is told by its name from now on. */
    Uuid idOf(String topic) throws IOException {
        var request = new MetadataRequest().setAllowAutoTopicCreation(false);
        request.topics().add(new MetadataRequest.MetadataRequestTopic().setName(topic));
        MetadataResponse answer = quietly(request, METADATA_VERSION);
        Uuid id = answer.topics().get(0).topicId();
        text.name(id, topic);
        return id;
    }

    private void keep() throws IOException {
        String file = System.getProperty("tests.answers");
        if (file == null || broker != SideBySide.kafka()) return;
        Files.write(Path.of(file), List.of(""), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Files.write(Path.of(file), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void close() throws IOException {
        for (var client : clients.values()) client.close();
    }
}
