package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.DescribeConfigsRequest;
import io.barnabas.protocol.message.DescribeConfigsResponse;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.protocol.message.ProduceResponse;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names that no topic may have, each way that a client can say one: refused, and no path is made of them. */
class BadTopicNameTest extends BadInput {
    private TreeSet<String> filesBefore;

    static List<String> names() {
        return List.of("", ".", "..", "x".repeat(250), "x".repeat(32_000), "a b", "a/b", "../escaped", "../../../../tmp/escaped", "/tmp/escaped",
                "a\\b", "a\0b", "a\nb", "tópico", "\u202Egnp.exe", "😀", "%2e%2e", "a:b", "a,b", "$(id)", "${jndi:ldap://localhost/a}", "topic-0/../..");
    }

    @BeforeEach
    void lookAround() throws IOException {
        filesBefore = folders();
    }

    @AfterEach
    void noPathIsMade() throws IOException {
        assertEquals(filesBefore, folders());
    }

    /** Folders in and around the data directory. */
    private TreeSet<String> folders() throws IOException {
        var names = new TreeSet<String>();
        Files.walkFileTree(broker().dataDirectory().getParent(), Set.of(), 2, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                names.add(folder.toString());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isDirectory()) names.add(file.toString());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // The broker replaces its checkpoints meanwhile.
                return FileVisitResult.CONTINUE;
            }
        });
        return names;
    }

    @ParameterizedTest
    @MethodSource("names")
    void cannotBeCreated(String name) throws Exception {
        int code = sameAsKafka(broker -> {
            var request = new CreateTopicsRequest().setTimeoutMs(30_000);
            request.topics().add(new CreateTopicsRequest.CreatableTopic().setName(name).setNumPartitions(1).setReplicationFactor((short) 1));
            return (int) client(broker).ask(request, 7, CreateTopicsResponse.class).topics().get(0).errorCode();
        });
        assertEquals(ErrorCode.INVALID_TOPIC_EXCEPTION.code(), code);
    }

    /** Apache Kafka's own answer to this one cannot be written. */
    @Test
    void theLongestOfNamesIsAnsweredLikeAnyTooLong() {
        var request = new CreateTopicsRequest().setTimeoutMs(30_000);
        request.topics().add(new CreateTopicsRequest.CreatableTopic().setName("x".repeat(Short.MAX_VALUE)).setNumPartitions(1).setReplicationFactor((short) 1));
        for (int version = 2; version <= 7; version++) {
            int code = client().ask(request, version, CreateTopicsResponse.class).topics().get(0).errorCode();
            assertEquals(ErrorCode.INVALID_TOPIC_EXCEPTION.code(), code);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void areNotCreatedByAskingForThem(String name) throws Exception {
        int code = sameAsKafka(broker -> {
            var request = new MetadataRequest().setAllowAutoTopicCreation(true);
            request.topics().add(new MetadataRequest.MetadataRequestTopic().setName(name));
            return (int) client(broker).ask(request, 12, MetadataResponse.class).topics().get(0).errorCode();
        });
        assertEquals(ErrorCode.INVALID_TOPIC_EXCEPTION.code(), code);
    }

    @ParameterizedTest
    @MethodSource("names")
    void haveNoRecords(String name) throws Exception {
        sameAsKafka(broker -> client(broker).ask(Witness.produce(name, 0, BatchBytes.of(1, BatchBytes.records(1), batch -> {})), 12, ProduceResponse.class)
                .responses().get(0).partitionResponses().get(0).errorCode());
        sameAsKafka(broker -> client(broker).ask(Witness.fetch(name, 0, 0), 12, FetchResponse.class)
                .responses().get(0).partitions().get(0).errorCode());
    }

    @ParameterizedTest
    @MethodSource("names")
    void haveNoConfigs(String name) throws Exception {
        int described = sameAsKafka(broker -> {
            var request = new DescribeConfigsRequest();
            request.resources().add(new DescribeConfigsRequest.DescribeConfigsResource().setResourceType((byte) 2).setResourceName(name));
            return (int) client(broker).ask(request, 4, DescribeConfigsResponse.class).results().get(0).errorCode();
        });
        int altered = sameAsKafka(broker -> {
            var request = new IncrementalAlterConfigsRequest();
            var resource = new IncrementalAlterConfigsRequest.AlterConfigsResource().setResourceType((byte) 2).setResourceName(name);
            resource.configs().add(new IncrementalAlterConfigsRequest.AlterableConfig().setName("retention.ms").setValue("1"));
            request.resources().add(resource);
            return (int) client(broker).ask(request, 1, IncrementalAlterConfigsResponse.class).responses().get(0).errorCode();
        });
        assertTrue(described != ErrorCode.NONE.code() && altered != ErrorCode.NONE.code(), described + " " + altered);
    }
}
