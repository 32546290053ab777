package io.barnabas.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    @Test
    void timersRunAtTheirTickAndNotBefore() {
        var wheel = new TimerWheel();
        for (long tick : new long[] {1, 63, 64, 65, 4_095, 4_096, 300_000, 600_000, 1L << 35}) {
            var ran = new ArrayList<Long>();
            long due = tick;
            wheel.schedule(due, () -> ran.add(due));
            runUntil(wheel, due - 1);
            assertEquals(List.of(), ran);
            runUntil(wheel, due);
            assertEquals(List.of(due), ran);
        }
    }

    @Test
    void aTimerOfThePastRunsAtTheNextTick() {
        var wheel = new TimerWheel();
        runUntil(wheel, 1_000);
        wheel.schedule(5, () -> {});
        assertNull(wheel.takeDue(1_000));
        assertTrue(wheel.takeDue(1_001) != null);
    }

    @Test
    void withoutTimersThereIsNothingToWaitFor() {
        var wheel = new TimerWheel();
        assertEquals(Long.MAX_VALUE, wheel.nextTick());
        var timer = wheel.schedule(70_000, () -> {});
        assertTrue(wheel.nextTick() <= 70_000);
        timer.cancel();
        assertEquals(Long.MAX_VALUE, wheel.nextTick());
    }

    @Test
    void aDistantTimerWakesTheLoopOnlyAFewTimes() {
        var wheel = new TimerWheel();
        var ran = new ArrayList<Integer>();
        wheel.schedule(599_999, () -> ran.add(1));
        int wakes = 0;
        for (; ran.isEmpty(); wakes++) runUntil(wheel, wheel.nextTick());
        assertTrue(wakes <= 4, "wakes: " + wakes);
    }

    @Test
    void behavesLikeAListOfDeadlines() {
        long seed = new Random().nextLong();
        System.out.println("timer seed=" + seed);
        var random = new Random(seed);
        var wheel = new TimerWheel();
        Map<Integer, Long> model = new HashMap<>();
        Map<Integer, EventLoop.Timer> timers = new HashMap<>();
        var ran = new ArrayList<Integer>();
        long now = 0;
        for (int id = 0; id < 50_000; id++) {
            int key = id;
            long due = now + 1 + random.nextInt(1 << random.nextInt(22));
            model.put(key, due);
            timers.put(key, wheel.schedule(due, () -> ran.add(key)));
            if (random.nextInt(3) == 0) {
                int cancelled = random.nextInt(id + 1);
                var timer = timers.remove(cancelled);
                if (timer != null) timer.cancel();
                model.remove(cancelled);
            }
            if (random.nextInt(4) == 0) {
                now += random.nextInt(1 << random.nextInt(16));
                if (id % 100 < 4) assertTrue(wheel.nextTick() <= earliest(model));
                runUntil(wheel, now);
                for (int each : ran) assertTrue(model.remove(each) <= now, "ran too early");
                timers.keySet().removeAll(ran);
                ran.clear();
                long present = now;
                if (id % 1_000 < 4) model.values().forEach(tick -> assertTrue(tick > present, "did not run"));
            }
        }
    }

    private static long earliest(Map<Integer, Long> model) {
        return model.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    }

    private static void runUntil(TimerWheel wheel, long tick) {
        for (var task = wheel.takeDue(tick); task != null; task = wheel.takeDue(tick)) task.run();
    }
}
