package io.barnabas.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * All that a run prints at its end: what it was, the table, what the machine itself costs, the profile.
 *
 * @param kept       of Apache Kafka's cells, those of an earlier run
 * @param unfinished what there was no time for
 */
record Report(RunFacts facts, Readings readings, List<Metrics.Block> blocks, Side subject, List<Cell> kept,
        List<String> unfinished) {
    String text() {
        var text = new StringBuilder();
        if (subject == Side.GIVEN) {
            text.append("The broker at %s, %s run. Machine: %s.\n".formatted(facts.bootstrap(), facts.mode().name(), facts.machine().text()));
        } else {
            text.append("Barnabas beside Apache Kafka %s, %s run. %s\n".formatted(facts.kafkaVersion(), facts.mode().name(), facts.text()));
            text.append(kept.isEmpty() ? "Order: Kafka, Barnabas, Kafka; medians of all readings.\n"
                    : "%d of Apache Kafka's readings were kept from %s on and are not of this run!\n".formatted(kept.size(), kept.get(0).startedAt()));
        }
        if (facts.mode().name().equals(Mode.QUICK.name())) {
            text.append("A quick run's brokers are hardly warm, which costs Apache Kafka more than Barnabas: quote full runs, not this one.\n");
        }
        if (!unfinished.isEmpty()) text.append("There was no time for: %s. The same command with --resume measures the rest.\n".formatted(String.join("; ", unfinished)));
        text.append("'load' is the load average before a reading, 'others' the cores that others kept busy meanwhile, both at their worst.\n\n");
        text.append(Table.text(readings, blocks, subject));
        addMachine(text);
        String profile = Table.profile(readings, blocks, subject);
        if (!profile.isEmpty()) text.append("\nWhere it goes (system calls and allocation from runs of their own, which do not count above):\n").append(profile);
        return text.toString();
    }

    private void addMachine(StringBuilder text) {
        var lines = new StringBuilder();
        for (boolean isAwake : new boolean[] {false, true}) {
            Key floor = MachineSession.floorKey(isAwake);
            if (readings.of(floor).isEmpty()) continue;
            lines.append(String.format(Locale.ROOT, "  %s: p50 %s us, p99 %s us, %s us of CPU per request%n",
                    isAwake ? "the same with the cores kept awake" : "a bare server that reads, writes to a file and answers, 1 x 1",
                    Numbers.text(readings.median(floor, Value.P50_US)), Numbers.text(readings.median(floor, Value.P99_US)),
                    Numbers.text(readings.median(floor, Value.CPU_US))));
        }
        double batches = readings.median(MachineSession.batchesKey(), Value.CPU_SECONDS_PER_GIB);
        if (!Double.isNaN(batches)) lines.append("  the same server, 4 x 2, batches of 16 KiB: %s CPU-s per GiB\n".formatted(Numbers.text(batches)));
        for (var fetch : MachineSession.FETCHES) {
            var key = MachineSession.fetchKey(fetch);
            if (readings.of(key).isEmpty()) continue;
            String cpu = fetch.spec().fetchBytesMax() == 1 ? Numbers.text(readings.median(key, Value.CPU_US)) + " us of CPU per request"
                    : Numbers.text(readings.median(key, Value.CPU_SECONDS_PER_GIB)) + " CPU-s per GiB";
            lines.append("  a bare server that answers with what comes next in a file, %s: %s\n".formatted(fetch.load(), cpu));
        }
        for (int bytes : MachineSession.APPENDED_BYTES) {
            for (int files : MachineSession.APPENDED_FILES) {
                Key key = MachineSession.appendKey(bytes, files);
                double us = readings.median(key, Value.CPU_US);
                if (!Double.isNaN(us)) lines.append("  %s: %s us\n".formatted(key.load(), Numbers.text(us)));
            }
        }
        double syncUs = readings.median(MachineSession.syncKey(), Value.P50_US);
        if (!Double.isNaN(syncUs)) lines.append("  %s: %s us at the median%n".formatted(Metrics.SYNC, Numbers.text(syncUs)));
        if (!lines.isEmpty()) text.append("\nWhat the machine itself costs:\n").append(lines);
    }
}
