package io.barnabas.cluster.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PersistentMapTest {
    /** Few hashes for many keys, so that collisions of all 32 bits happen. */
    private record Key(int number) {
        @Override
        public int hashCode() {
            return number % 3 == 0 ? 7 : number / 5;
        }
    }

    @Test
    void everyVersionHoldsWhatAHashMapHeldAtThatTime() {
        Seeds.check(20, (seed, random) -> {
            PersistentMap<Key, Integer> map = PersistentMap.empty();
            var model = new HashMap<Key, Integer>();
            var versions = new ArrayList<PersistentMap<Key, Integer>>();
            var models = new ArrayList<Map<Key, Integer>>();
            for (int i = 0; i < 400; i++) {
                var key = new Key(random.nextInt(80));
                if (random.nextInt(3) == 0) {
                    map = map.without(key);
                    model.remove(key);
                } else {
                    map = map.with(key, i);
                    model.put(key, i);
                }
                versions.add(map);
                models.add(new HashMap<>(model));
            }
            for (int i = 0; i < versions.size(); i++) assertSame(models.get(i), versions.get(i));
        });
    }

    private static void assertSame(Map<Key, Integer> model, PersistentMap<Key, Integer> map) {
        assertEquals(model.size(), map.size());
        for (int number = 0; number < 80; number++) assertEquals(model.get(new Key(number)), map.get(new Key(number)));
        var values = new ArrayList<Integer>();
        for (var value : map) values.add(value);
        assertEquals(model.values().stream().sorted().toList(), values.stream().sorted().toList());
    }

    @Test
    void equalityAsksForTheSameKeysAndValues() {
        PersistentMap<String, Integer> a = PersistentMap.<String, Integer>empty().with("x", 1).with("y", 2);
        PersistentMap<String, Integer> b = PersistentMap.<String, Integer>empty().with("y", 2).with("z", 3).with("x", 1).without("z");
        assertEquals(a, b);
        assertNotEquals(a, b.with("x", 2));
        assertEquals(PersistentMap.empty(), a.without("x").without("y"));
        assertNull(a.without("x").get("x"));
        assertEquals(List.of(), List.copyOf(a.without("x").without("y").values()));
    }
}
