package io.barnabas.systemtests;

import static io.barnabas.systemtests.GroupJudge.base64;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.assignor.SubscriptionHash;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The hashes by which a group notices changed topics, beside Apache Kafka's own. */
class SubscriptionHashDifferentialTest {
    @Test
    void aTopicHasTheHashThatApacheKafkaGivesIt() {
        Seeds.check(1, (seed, random) -> {
            var judge = new GroupJudge();
            var ours = new ArrayList<String>();
            for (int i = 0; i < 400; i++) {
                Uuid id = Uuid.random(random);
                String name = text(random, 1, 40);
                var racks = racks(random, random.nextInt(3) == 0 ? 60 : 8);
                judge.ask("topichash", base64(name), id.toString(), racks.stream()
                        .map(SubscriptionHashDifferentialTest::words).collect(Collectors.joining(",")));
                ours.add(Long.toString(SubscriptionHash.ofTopic(id, name, racks)));
            }
            assertEquals(judge.answers(), ours);
        });
    }

    @Test
    void aGroupHasTheHashThatApacheKafkaGivesIt() {
        Seeds.check(1, (seed, random) -> {
            var judge = new GroupJudge();
            var ours = new ArrayList<String>();
            for (int i = 0; i < 400; i++) {
                Map<String, Long> hashes = new HashMap<>();
                for (int topic = random.nextInt(i < 100 ? 2 : 12); topic > 0; topic--) {
                    hashes.put(text(random, 1, i < 100 ? 3 : 30), random.nextInt(5) == 0 ? 0 : random.nextLong());
                }
                judge.ask("grouphash", hashes.entrySet().stream().map(entry -> base64(entry.getKey()) + ":" + entry.getValue())
                        .collect(Collectors.joining(",")));
                ours.add(Long.toString(SubscriptionHash.ofGroup(hashes)));
            }
            assertEquals(judge.answers(), ours);
        });
    }

    private static String words(List<String> racks) {
        return racks.isEmpty() ? "-" : racks.stream().map(GroupJudge::base64).collect(Collectors.joining("+"));
    }

    private static List<List<String>> racks(RandomGenerator random, int partitionsMax) {
        var racks = new ArrayList<List<String>>();
        for (int i = random.nextInt(1, partitionsMax + 1); i > 0; i--) {
            var ofPartition = new ArrayList<String>();
            for (int replica = random.nextInt(4); replica > 0; replica--) ofPartition.add(text(random, 1, 12));
            racks.add(ofPartition);
        }
        return racks;
    }

    private static String text(RandomGenerator random, int lengthMin, int lengthMax) {
        var text = new StringBuilder();
        for (int i = random.nextInt(lengthMin, lengthMax + 1); i > 0; i--) {
            text.append((char) (random.nextInt(20) == 0 ? 'ä' : random.nextInt('-', 'z')));
        }
        return text.toString();
    }
}
