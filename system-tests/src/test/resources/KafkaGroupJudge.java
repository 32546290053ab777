import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.group.Utils;
import org.apache.kafka.coordinator.group.api.assignor.ConsumerGroupPartitionAssignor;
import org.apache.kafka.coordinator.group.api.assignor.SubscribedTopicDescriber;
import org.apache.kafka.coordinator.group.api.assignor.SubscriptionType;
import org.apache.kafka.coordinator.group.assignor.RangeAssignor;
import org.apache.kafka.coordinator.group.assignor.UniformAssignor;
import org.apache.kafka.coordinator.group.modern.Assignment;
import org.apache.kafka.coordinator.group.modern.GroupSpecImpl;
import org.apache.kafka.coordinator.group.modern.MemberSubscriptionAndAssignmentImpl;
import org.apache.kafka.coordinator.group.modern.consumer.TopicRegexResolver;
import org.slf4j.LoggerFactory;

/**
 * Asks classes of Apache Kafka's group coordinator, for tests that run it in a process of its own on that class path. Reads one question
 * per line, fields separated by tabs, and answers each with one line after "> " (a log may stand between). Texts that may hold
 * anything are in URL-safe base64.
 *
 * topic ID COUNT, member ID INSTANCE IDS ASSIGNMENT: describe a group, up to the next question; lists are separated by commas, an
 *   assignment is ID=P+P,...; no answer. Maps keep the order of the lines, so that nothing hangs on hashes.
 * assign NAME:        MEMBER=ASSIGNMENT of every member, separated by spaces
 * topichash NAME ID RACKS: the hash; RACKS are RACK+RACK,... by partition
 * grouphash NAME=HASH,...: the hash
 * regex TEXT:         the message of the error, or empty
 * resolve TEXT NAMES: the topics that match, separated by commas
 */
public class KafkaGroupJudge {
    private final Map<Uuid, Integer> topics = new LinkedHashMap<>();
    private final Map<String, MemberSubscriptionAndAssignmentImpl> members = new LinkedHashMap<>();
    private final Map<Uuid, Map<Integer, String>> owners = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        var judge = new KafkaGroupJudge();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer = judge.answer(line.split("\t", -1));
            if (answer != null) System.out.println("> " + answer);
        }
    }

    private String answer(String[] words) throws Exception {
        switch (words[0]) {
            case "topic":
                topics.put(Uuid.fromString(words[1]), Integer.parseInt(words[2]));
                return null;
            case "member":
                addMember(words);
                return null;
            case "assign":
                return assign(words[1]);
            case "topichash":
                String name = text(words[1]);
                return Long.toString(Utils.computeTopicHash(name, image(Set.of(name), Uuid.fromString(words[2]), words[3])));
            case "grouphash":
                return Long.toString(Utils.computeGroupHash(hashes(words[1])));
            case "regex":
                return regexError(text(words[1]));
            case "resolve":
                return resolve(text(words[1]), new LinkedHashSet<>(list(words[2])));
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private void addMember(String[] words) {
        var ids = new LinkedHashSet<Uuid>();
        for (String id : list(words[3])) ids.add(Uuid.fromString(id));
        var assignment = new LinkedHashMap<Uuid, Set<Integer>>();
        for (String entry : list(words[4])) {
            Uuid id = Uuid.fromString(entry.substring(0, entry.indexOf('=')));
            var partitions = new TreeSet<Integer>();
            for (String partition : entry.substring(entry.indexOf('=') + 1).split("\\+")) partitions.add(Integer.parseInt(partition));
            assignment.put(id, partitions);
            for (int partition : partitions) owners.computeIfAbsent(id, i -> new HashMap<>()).put(partition, words[1]);
        }
        Optional<String> instance = words[2].isEmpty() ? Optional.empty() : Optional.of(words[2]);
        members.put(words[1], new MemberSubscriptionAndAssignmentImpl(Optional.of("rack"), instance, ids, new Assignment(assignment)));
    }

    private String assign(String name) {
        var subscriptions = new HashSet<Set<Uuid>>();
        members.values().forEach(member -> subscriptions.add(member.subscribedTopicIds()));
        var type = subscriptions.size() > 1 ? SubscriptionType.HETEROGENEOUS : SubscriptionType.HOMOGENEOUS;
        ConsumerGroupPartitionAssignor assignor = name.equals("range") ? new RangeAssignor() : new UniformAssignor();
        var answer = new StringBuilder();
        var assigned = assignor.assign(new GroupSpecImpl(members, type, owners), new Describer(new HashMap<>(topics))).members();
        for (String member : members.keySet()) {
            answer.append(answer.length() == 0 ? "" : " ").append(member).append('=');
            var partitions = assigned.containsKey(member) ? assigned.get(member).partitions() : Map.<Uuid, Set<Integer>>of();
            var byTopic = new TreeMap<String, String>();
            partitions.forEach((id, set) -> {
                if (!set.isEmpty()) byTopic.put(id.toString(), String.join("+", new TreeSet<>(set).stream().map(String::valueOf).toList()));
            });
            var texts = new ArrayList<String>();
            byTopic.forEach((id, set) -> texts.add(id + "=" + set));
            answer.append(String.join(",", texts));
        }
        topics.clear();
        members.clear();
        owners.clear();
        return answer.toString();
    }

    /** Racks are nobody's business: an assignor that asks for them fails. */
    private record Describer(Map<Uuid, Integer> partitionCounts) implements SubscribedTopicDescriber {
        @Override
        public int numPartitions(Uuid topicId) {
            return partitionCounts.getOrDefault(topicId, -1);
        }

        @Override
        public Set<String> racksForPartition(Uuid topicId, int partition) {
            throw new UnsupportedOperationException("asked for racks");
        }
    }

    private static Map<String, Long> hashes(String words) {
        var hashes = new HashMap<String, Long>();
        for (String entry : list(words)) {
            hashes.put(text(entry.substring(0, entry.indexOf(':'))), Long.parseLong(entry.substring(entry.indexOf(':') + 1)));
        }
        return hashes;
    }

    private static String regexError(String regex) throws Exception {
        var check = Utils.class.getDeclaredMethod("throwIfRegularExpressionIsInvalid", String.class);
        check.setAccessible(true);
        try {
            check.invoke(null, regex);
            return "";
        } catch (java.lang.reflect.InvocationTargetException e) {
            String message = e.getCause().getClass().getSimpleName() + ": " + e.getCause().getMessage();
            return Base64.getUrlEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String resolve(String regex, Set<String> names) {
        var resolver = new TopicRegexResolver(Optional::empty, Time.SYSTEM);
        var resolved = resolver.resolveRegularExpressions(null, "group", LoggerFactory.getLogger(KafkaGroupJudge.class),
                image(names, Uuid.ONE_UUID, ""), Set.of(regex));
        return String.join(",", new TreeSet<>(resolved.get(regex).topics()));
    }

    private static CoordinatorMetadataImage image(Set<String> names, Uuid id, String racks) {
        List<List<String>> racksByPartition = list(racks).stream().map(KafkaGroupJudge::racks).toList();
        return new CoordinatorMetadataImage() {
            public Set<Uuid> topicIds() {
                return Set.of(id);
            }

            public Set<String> topicNames() {
                return names;
            }

            public Optional<TopicMetadata> topicMetadata(String name) {
                return names.contains(name) ? Optional.of(new Topic(name, id, racksByPartition)) : Optional.empty();
            }

            public Optional<TopicMetadata> topicMetadata(Uuid topicId) {
                return Optional.empty();
            }

            public CoordinatorMetadataDelta emptyDelta() {
                throw new UnsupportedOperationException();
            }

            public long version() {
                return 1;
            }

            public boolean isEmpty() {
                return false;
            }
        };
    }

    private record Topic(String name, Uuid id, List<List<String>> racks) implements CoordinatorMetadataImage.TopicMetadata {
        public int partitionCount() {
            return racks.size();
        }

        public List<String> partitionRacks(int partition) {
            return new ArrayList<>(racks.get(partition));
        }
    }

    private static List<String> racks(String words) {
        return words.equals("-") ? List.of() : Arrays.stream(words.split("\\+", -1)).map(KafkaGroupJudge::text).toList();
    }

    private static List<String> list(String words) {
        return words.isEmpty() ? List.of() : Arrays.asList(words.split(","));
    }

    private static String text(String base64) {
        return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
