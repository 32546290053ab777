package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

/** Apache Kafka's Java admin client gets from Barnabas, on topics and configurations, what it gets from Apache Kafka. */
class AdminTest extends SideBySide {
    interface AdminScene<T> {
        T with(Admin admin) throws Exception;
    }

    static <T> T sameWith(AdminScene<T> scene) {
        return same(broker -> {
            try (var admin = Clients.admin(broker)) {
                return scene.with(admin);
            }
        });
    }

    @Test
    void theClusterIsOneNode() {
        same(broker -> {
            try (var admin = Clients.admin(broker)) {
                var cluster = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
                var node = cluster.nodes().get().iterator().next();
                return List.of(cluster.nodes().get().size(), node.idString(), plain(broker, node.host()), node.port() == broker.port(), String.valueOf(node.rack()),
                        cluster.controller().get().id(), cluster.clusterId().get().length(), cluster.authorizedOperations().get().stream().map(Enum::name).sorted().toList());
            }
        });
    }

    @Test
    void aNewTopicIsAsItWasAskedFor() {
        sameWith(admin -> {
            var made = admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1).configs(Map.of("retention.ms", "60000"))));
            made.all().get();
            Clients.awaitPartitions(admin, topic, 3);
            return List.of(made.numPartitions(topic).get(), made.replicationFactor(topic).get(), told(made.config(topic).get()), described(admin, topic),
                    admin.listTopics(new ListTopicsOptions().listInternal(false)).names().get().contains(topic));
        });
    }

    @Test
    void aTopicThatOnlyGetsANameTakesTheDefaults() {
        sameWith(admin -> {
            var made = admin.createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty())));
            return List.of(made.numPartitions(topic).get(), made.replicationFactor(topic).get());
        });
    }

    @Test
    void aTopicThatIsOnlyValidatedIsNotThere() {
        sameWith(admin -> {
            admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1)), new CreateTopicsOptions().validateOnly(true)).all().get();
            return outcome(() -> described(admin, topic));
        });
    }

    @Test
    void topicsThatCannotBeAreRefused() {
        var refusals = sameWith(admin -> {
            var found = new LinkedHashMap<String, String>();
            found.put("first", make(admin, new NewTopic(topic, 1, (short) 1)));
            found.put("twice", make(admin, new NewTopic(topic, 1, (short) 1)));
            found.put("two replicas", make(admin, new NewTopic(topic + "-a", 1, (short) 2)));
            found.put("no partitions", make(admin, new NewTopic(topic + "-b", 0, (short) 1)));
            found.put("bad name", make(admin, new NewTopic("no spaces", 1, (short) 1)));
            found.put("empty name", make(admin, new NewTopic("", 1, (short) 1)));
            found.put("dots", make(admin, new NewTopic("..", 1, (short) 1)));
            found.put("long name", make(admin, new NewTopic("x".repeat(250), 1, (short) 1)));
            found.put("clash", make(admin, new NewTopic(topic.replace('-', '.') + "_x", 1, (short) 1)) + make(admin, new NewTopic(topic.replace('-', '_') + ".x", 1, (short) 1)));
            found.put("unknown config", make(admin, new NewTopic(topic + "-c", 1, (short) 1).configs(Map.of("no.such", "1"))));
            found.put("bad config", make(admin, new NewTopic(topic + "-d", 1, (short) 1).configs(Map.of("retention.ms", "soon"))));
            found.put("config out of bounds", make(admin, new NewTopic(topic + "-e", 1, (short) 1).configs(Map.of("segment.bytes", "3"))));
            found.put("assigned", make(admin, new NewTopic(topic + "-f", Map.of(0, List.of(1), 1, List.of(1)))));
            found.put("assigned to nobody", make(admin, new NewTopic(topic + "-g", Map.of(0, List.of(99)))));
            found.put("assigned with a gap", make(admin, new NewTopic(topic + "-h", Map.of(0, List.of(1), 2, List.of(1)))));
            found.put("assigned twice", make(admin, new NewTopic(topic + "-i", Map.of(0, List.of(1, 1)))));
            return found;
        });
        assertEquals("null", refusals.get("first"));
        assertEquals("TopicExistsException", refusals.get("twice"));
    }

    private static String make(Admin admin, NewTopic topic) {
        return outcome(() -> admin.createTopics(List.of(topic)).all().get());
    }

    @Test
    void topicsAreDescribedByNameAndByIdAndPageByPage() {
        sameWith(admin -> {
            Clients.create(admin, new NewTopic(topic, 10, (short) 1));
            var id = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId();
            var byId = admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get().get(id);
            var paged = admin.describeTopics(TopicCollection.ofTopicNames(List.of(topic)), new DescribeTopicsOptions().partitionSizeLimitPerResponse(3)).allTopicNames().get().get(topic);
            var operations = admin.describeTopics(List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true)).allTopicNames().get().get(topic).authorizedOperations();
            return List.of(told(byId), told(paged), operations.stream().map(Enum::name).sorted().toList(),
                    outcome(() -> admin.describeTopics(List.of("absent")).allTopicNames().get()),
                    outcome(() -> admin.describeTopics(TopicCollection.ofTopicIds(List.of(Uuid.randomUuid()))).allTopicIds().get()));
        });
    }

    @Test
    void topicsGrowAndNeverShrink() {
        sameWith(admin -> {
            Clients.create(admin, new NewTopic(topic, 2, (short) 1));
            return List.of(grow(admin, NewPartitions.increaseTo(5)), described(admin, topic), grow(admin, NewPartitions.increaseTo(4)),
                    grow(admin, NewPartitions.increaseTo(5)), grow(admin, NewPartitions.increaseTo(6, List.of(List.of(1)))),
                    grow(admin, NewPartitions.increaseTo(7, List.of(List.of(9)))), described(admin, topic),
                    outcome(() -> admin.createPartitions(Map.of("absent", NewPartitions.increaseTo(2))).all().get()));
        });
    }

    private String grow(Admin admin, NewPartitions partitions) {
        return outcome(() -> {
            admin.createPartitions(Map.of(topic, partitions)).all().get();
            Clients.awaitPartitions(admin, topic, partitions.totalCount());
            return "grown";
        });
    }

    @Test
    void aDeletedTopicIsGoneAndMayComeAgainEmpty() {
        same(broker -> {
            try (var admin = Clients.admin(broker); var producer = Clients.producer(broker)) {
                Clients.create(admin, new NewTopic(topic, 1, (short) 1));
                producer.send(Clients.record(topic, 0, null, null, "old")).get();
                var firstId = described(admin, List.of(topic)).topicId();
                admin.deleteTopics(List.of(topic)).all().get();
                Clients.awaitPartitions(admin, topic, 0);
                String gone = outcome(() -> described(admin, topic));
                Clients.create(admin, new NewTopic(topic, 1, (short) 1));
                var second = described(admin, List.of(topic));
                Clients.awaitEndOffset(broker, topic, 0, 0);
                admin.deleteTopics(TopicCollection.ofTopicIds(List.of(second.topicId()))).all().get();
                Clients.awaitPartitions(admin, topic, 0);
                return List.of(gone, second.topicId().equals(firstId), outcome(() -> described(admin, topic)),
                        outcome(() -> admin.deleteTopics(List.of("absent")).all().get()),
                        outcome(() -> admin.deleteTopics(TopicCollection.ofTopicIds(List.of(firstId))).all().get()));
            }
        });
    }

    @Test
    void aTopicsConfigurationIsToldWhole() {
        sameWith(admin -> {
            Clients.create(admin, new NewTopic(topic, 1, (short) 1).configs(Map.of("retention.ms", "60000", "cleanup.policy", "compact")));
            return configOf(admin, ofTopic(topic));
        });
    }

    @Test
    void everySettingOfTheBrokerIsToldWithItsType() {
        same(broker -> {
            try (var admin = Clients.admin(broker)) {
                var resource = new ConfigResource(ConfigResource.Type.BROKER, "1");
                var types = new TreeMap<String, String>();
                for (var entry : admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
                    if (!OURS.contains(entry.name())) types.put(entry.name(), entry.type() + (entry.isReadOnly() ? " read-only" : "") + (entry.isSensitive() ? " sensitive" : ""));
                }
                return types;
            }
        });
    }

    /** Settings of Barnabas alone. */
    private static final Set<String> OURS = Set.of("log.flush.before.ack", "num.event.loops");

    @Test
    void configurationsChangeByOneStepAtATime() {
        sameWith(admin -> {
            Clients.create(admin, new NewTopic(topic, 1, (short) 1));
            var found = new ArrayList<String>();
            found.add(change(admin, topic, "retention.ms", "5000", AlterConfigOp.OpType.SET));
            found.add(change(admin, topic, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND));
            // A broker of Apache Kafka may still tell the old value when the change has been answered.
            awaitValue(admin, topic, "cleanup.policy", "delete,compact");
            found.add(valueOf(admin, topic, "cleanup.policy") + valueOf(admin, topic, "retention.ms"));
            found.add(change(admin, topic, "cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT));
            awaitValue(admin, topic, "cleanup.policy", "compact");
            found.add(valueOf(admin, topic, "cleanup.policy"));
            found.add(change(admin, topic, "retention.ms", null, AlterConfigOp.OpType.DELETE));
            awaitValue(admin, topic, "retention.ms", KEPT_FOREVER);
            found.add(valueOf(admin, topic, "retention.ms"));
            found.add(change(admin, topic, "retention.ms", "soon", AlterConfigOp.OpType.SET));
            found.add(change(admin, topic, "no.such", "1", AlterConfigOp.OpType.SET));
            found.add(change(admin, topic, "retention.ms", "1", AlterConfigOp.OpType.APPEND));
            found.add(change(admin, "absent", "retention.ms", "1", AlterConfigOp.OpType.SET));
            return found;
        });
    }

    @Test
    void aChangeThatIsOnlyValidatedChangesNothing() {
        sameWith(admin -> {
            Clients.create(admin, new NewTopic(topic, 1, (short) 1));
            var op = new AlterConfigOp(new ConfigEntry("retention.ms", "5000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(ofTopic(topic), List.of(op)), new AlterConfigsOptions().validateOnly(true)).all().get();
            return valueOf(admin, topic, "retention.ms");
        });
    }

    @Test
    void aClusterWideSettingShowsWhereItCameFrom() {
        sameWith(admin -> {
            Clients.create(admin, new NewTopic(topic, 1, (short) 1));
            var everyBroker = new ConfigResource(ConfigResource.Type.BROKER, "");
            var set = new AlterConfigOp(new ConfigEntry("log.roll.ms", "7200000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(everyBroker, List.of(set))).all().get();
            awaitValue(admin, topic, "segment.ms", "7200000");
            var during = List.of(valueOf(admin, topic, "segment.ms"), configOf(admin, everyBroker));
            var unset = new AlterConfigOp(new ConfigEntry("log.roll.ms", null), AlterConfigOp.OpType.DELETE);
            admin.incrementalAlterConfigs(Map.of(everyBroker, List.of(unset))).all().get();
            return during;
        });
    }

    private static void awaitValue(Admin admin, String topic, String name, String value) throws Exception {
        for (int attempt = 0; !valueOf(admin, topic, name).startsWith(value + " "); attempt++) {
            if (attempt > 10_000) throw new AssertionError("not seen: " + name + "=" + value);
        }
    }

    @Test
    void settingsThatCannotChangeWhileRunningAreRefused() {
        sameWith(admin -> {
            var found = new ArrayList<String>();
            for (var setting : List.of("log.dirs=here", "node.id=5", "no.such=1", "num.io.threads=none", "log.retention.ms=x")) {
                var pair = setting.split("=");
                var op = new AlterConfigOp(new ConfigEntry(pair[0], pair[1]), AlterConfigOp.OpType.SET);
                for (String id : List.of("1", "")) {
                    var resource = new ConfigResource(ConfigResource.Type.BROKER, id);
                    found.add(setting + "@" + id + " " + outcome(() -> admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all().get()));
                }
            }
            // A name that nobody knows is taken, for everybody, as it may be a plug-in's: away with it.
            var unset = new AlterConfigOp(new ConfigEntry("no.such", null), AlterConfigOp.OpType.DELETE);
            for (String id : List.of("1", "")) admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.BROKER, id), List.of(unset))).all().get();
            return found;
        });
    }

    @Test
    void resourcesWithConfigurationsAreListed() {
        var listed = sameWith(admin -> {
            Clients.create(admin, new NewTopic(topic, 1, (short) 1));
            var found = new ArrayList<String>();
            for (var resource : admin.listConfigResources(Set.of(ConfigResource.Type.TOPIC, ConfigResource.Type.BROKER), new ListConfigResourcesOptions()).all().get()) {
                if (resource.type() != ConfigResource.Type.TOPIC || resource.name().equals(topic)) found.add(resource.toString());
            }
            return found.stream().sorted().toList();
        });
        assertTrue(listed.toString().contains(topic), listed.toString());
    }

    static ConfigResource ofTopic(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static String change(Admin admin, String topic, String name, String value, AlterConfigOp.OpType type) {
        return type + " " + outcome(() -> admin.incrementalAlterConfigs(Map.of(ofTopic(topic), List.of(new AlterConfigOp(new ConfigEntry(name, value), type)))).all().get());
    }

    private static String valueOf(Admin admin, String topic, String name) throws Exception {
        var entry = admin.describeConfigs(List.of(ofTopic(topic))).all().get().get(ofTopic(topic)).get(name);
        return entry.value() + " " + entry.source();
    }

    private static Map<String, String> configOf(Admin admin, ConfigResource resource) throws Exception {
        return told(admin.describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true)).all().get().get(resource));
    }

    private static Map<String, String> told(Config config) {
        var told = new TreeMap<String, String>();
        for (var entry : config.entries()) {
            told.put(entry.name(), entry.value() + " " + entry.source() + " " + entry.type() + (entry.isReadOnly() ? " read-only" : "")
                    + (entry.isSensitive() ? " sensitive" : "") + " " + synonyms(entry.synonyms()));
        }
        return told;
    }

    private static List<String> synonyms(Collection<ConfigEntry.ConfigSynonym> synonyms) {
        return synonyms.stream().map(synonym -> synonym.name() + "=" + synonym.value() + " " + synonym.source()).toList();
    }

    private static String described(Admin admin, String topic) throws Exception {
        return told(described(admin, List.of(topic)));
    }

    private static TopicDescription described(Admin admin, List<String> topic) throws ExecutionException, InterruptedException {
        return admin.describeTopics(topic).allTopicNames().get().get(topic.get(0));
    }

    private static String told(TopicDescription description) {
        var told = new StringBuilder(description.name()).append(description.isInternal() ? " internal" : "");
        for (var partition : description.partitions()) {
            told.append(" [").append(partition.partition()).append(" leader ").append(partition.leader().id()).append(" replicas ").append(partition.replicas().stream().map(node -> node.id()).toList())
                    .append(" isr ").append(partition.isr().stream().map(node -> node.id()).toList()).append(" elr ").append(partition.elr()).append(']');
        }
        return told.toString();
    }
}
