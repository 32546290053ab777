package io.barnabas.systemtests;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.assignor.GroupSpec;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.MemberSpec;
import io.barnabas.coordinator.assignor.TopicSpec;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Questions to classes of Apache Kafka's group coordinator, all answered by one process: see {@code KafkaGroupJudge.java}. */
final class GroupJudge {
    private final StringBuilder questions = new StringBuilder();
    private int count;

    /** One answer per question, in their order. */
    List<String> answers() {
        Path source = Repository.ROOT.resolve("system-tests/src/test/resources/KafkaGroupJudge.java");
        var answer = Command.of(Repository.jdk().resolve("bin/java").toString(), "-Xmx512m", "-XX:+UseSerialGC",
                "-Dlog4j2.configurationFile=" + Repository.ROOT.resolve("system-tests/kafka-broker/log4j2.properties"),
                "-cp", Repository.classPathOf("kafka-broker"), source.toString()).input(questions.toString()).run().successful();
        var answers = answer.lines().stream().filter(line -> line.startsWith("> ")).map(line -> line.substring(2)).toList();
        if (answers.size() != count) throw new AssertionError("wrong number of answers: questions=" + count + " " + answer);
        return answers;
    }

    void ask(String... words) {
        questions.append(String.join("\t", words)).append('\n');
        count++;
    }

    /** Asks an assignor of Apache Kafka, which is told of topics and members in the order of ours. */
    void assign(String assignor, GroupSpec group) {
        for (TopicSpec topic : group.topics()) {
            questions.append("topic\t%s\t%d\n".formatted(topic.id(), topic.partitionCount()));
        }
        for (MemberSpec member : group.members()) {
            String subscribed = group.topics().stream().map(TopicSpec::id).filter(member.topicIds()::contains).map(Object::toString)
                    .collect(Collectors.joining(","));
            String target = group.topics().stream().map(TopicSpec::id).filter(id -> !member.target().partitionsOf(id).isEmpty())
                    .map(id -> id + "=" + partitions(member.target(), id)).collect(Collectors.joining(","));
            questions.append("member\t%s\t%s\t%s\t%s\n".formatted(member.memberId(), member.instanceId() == null ? "" : member.instanceId(),
                    subscribed, target));
        }
        ask("assign", assignor);
    }

    /** An assignment in the words of the answer to {@link #assign}. */
    static String text(GroupSpec group, Map<String, MemberAssignment> assignments) {
        var texts = new ArrayList<String>();
        for (MemberSpec member : group.members()) {
            var byTopic = new TreeMap<String, String>();
            MemberAssignment assignment = assignments.get(member.memberId());
            for (Uuid id : assignment.partitions().keySet()) byTopic.put(id.toString(), partitions(assignment, id));
            texts.add(byTopic.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                    .collect(Collectors.joining(",", member.memberId() + "=", "")));
        }
        return String.join(" ", texts);
    }

    private static String partitions(MemberAssignment assignment, Uuid topicId) {
        return assignment.partitionsOf(topicId).toList().stream().map(String::valueOf).collect(Collectors.joining("+"));
    }

    static String base64(String text) {
        return Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String unbase64(String text) {
        return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
    }
}
