package io.barnabas.tools;

import io.barnabas.base.Disk;
import io.barnabas.base.FileDisk;
import io.barnabas.log.Finding;
import io.barnabas.log.OfflineDirectory;
import io.barnabas.log.PartitionCheck;
import io.barnabas.model.TopicPartition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./barnabas log}: what lies in log directories, whether a broker runs on them or not. Nothing here is ever written to. */
@Command(name = "log", description = "Reads log directories without a broker, and repairs them.", mixinStandardHelpOptions = false,
        subcommands = {LogCommand.Dump.class, LogCommand.Verify.class, LogCommand.ListPartitions.class, RepairCommand.class})
final class LogCommand {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this text.")
    private boolean help;

    /** What the commands below share. */
    abstract static class Reading implements Action {
        final Terminal terminal;
        final Disk disk = FileDisk.readOnly();

        @Option(names = "--json", description = "Print JSON, for programs.")
        boolean json;
        @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this text.")
        private boolean help;

        Reading(Terminal terminal) {
            this.terminal = terminal;
        }

        static Path existing(Path path) {
            if (!Files.exists(path)) throw new DumpException("No such file or directory: " + path);
            return path;
        }

        /** A partition's folder tells by its name whose it is: "." has none. */
        static Path directory(Path path) {
            if (!Files.isDirectory(existing(path))) throw new DumpException("Not a directory: " + path);
            return path.endsWith(".") || path.endsWith("..") || path.toString().isEmpty() ? path.toAbsolutePath().normalize() : path;
        }
    }

    @Command(name = "dump", sortOptions = false,
            description = "Shows the batches or records of segments, or the entries of other files of a partition.")
    static final class Dump extends Reading {
        @Option(names = "--records", description = "Show records, not batches.")
        private boolean records;
        @Parameters(arity = "1..*", paramLabel = "FILE|PARTITION-FOLDER",
                description = "Files of partitions, or folders of partitions for all of their segments.")
        private List<Path> paths;

        Dump(Terminal terminal) {
            super(terminal);
        }

        @Override
        public int run() {
            var dump = new ReadableDump(disk, terminal, json, records);
            for (var path : paths) dump.dump(existing(path));
            return 0;
        }
    }

    @Command(name = "verify", sortOptions = false,
            description = {"Checks every batch, index, snapshot and checkpoint. Exit code 1 when something is damaged.",
            "What was not flushed when a broker was killed is no damage: the next start cuts it off."})
    static final class Verify extends Reading {
        @Option(names = "--records", description = "Also unpack and read every record.")
        private boolean records;
        @Parameters(arity = "1..*", paramLabel = "DIR", description = "Log directories, or folders of partitions.")
        private List<Path> paths;
        private final List<Object> toldDirectories = new ArrayList<>();
        private List<Object> found = new ArrayList<>();
        private long partitions;
        private long segments;
        private long batches;
        private long bytes;
        private long damages;

        Verify(Terminal terminal) {
            super(terminal);
        }

        @Override
        public int run() {
            for (var path : paths) verify(directory(path));
            terminal.endProgress();
            if (json) terminal.out().line(Json.of(Map.of("directories", toldDirectories)));
            else terminal.out().line("%,d partitions, %,d segments, %,d batches, %,d bytes: %s".formatted(partitions, segments, batches, bytes,
                    damages == 0 ? "no damage found" : "damage in %,d place%s".formatted(damages, damages == 1 ? "" : "s")));
            return damages == 0 ? 0 : 1;
        }

        private void verify(Path path) {
            found = new ArrayList<>();
            var told = new ArrayList<Object>();
            if (OfflineDirectory.isOne(disk, path)) {
                var directory = new OfflineDirectory(disk, path, this::onFinding);
                boolean inUse = introduce(directory);
                var all = directory.partitions();
                for (int i = 0; i < all.size(); i++) {
                    terminal.progress("%d of %d: %s".formatted(i + 1, all.size(), all.get(i)));
                    told.add(verify(path.resolve(all.get(i).toString()), directory, inUse));
                }
            } else {
                if (!OfflineDirectory.isPartition(disk,
                        path)) throw new DumpException("Neither a log directory nor the folder of a partition: " + path);
                var parent = path.toAbsolutePath().normalize().getParent();
                var directory = parent != null && OfflineDirectory.isOne(disk, parent) ? new OfflineDirectory(disk, parent, finding -> {}) : null;
                boolean inUse = directory != null && introduce(directory);
                told.add(verify(path, directory, inUse));
            }
            var entry = new LinkedHashMap<String, Object>();
            entry.put("path", path);
            entry.put("findings", found);
            entry.put("partitions", told);
            toldDirectories.add(entry);
        }

        /** @return whether a broker runs on it */
        private boolean introduce(OfflineDirectory directory) {
            boolean inUse = FileLocks.isHeld(OfflineDirectory.lockFile(directory.path()));
            if (inUse) terminal.errors().line("A broker runs on " + directory.path() + ": the ends of its logs may be moving.");
            return inUse;
        }

        private Map<String, Object> verify(Path folder, OfflineDirectory directory, boolean inUse) {
            var outside = found;
            found = new ArrayList<>();
            var result = new PartitionCheck(disk, records, this::onFinding).check(folder, directory, inUse);
            partitions++;
            segments += result.segments();
            batches += result.batches();
            bytes += result.bytes();
            var entry = new LinkedHashMap<String, Object>();
            entry.put("partition", folder.getFileName());
            entry.put("topicId", result.topicId().isZero() ? null : result.topicId());
            entry.put("startOffset", result.startOffset());
            entry.put("endOffset", result.endOffset());
            entry.put("segments", result.segments());
            entry.put("batches", result.batches());
            entry.put("bytes", result.bytes());
            entry.put("damaged", result.isDamaged());
            entry.put("findings", found);
            found = outside;
            return entry;
        }

        private void onFinding(Finding finding) {
            if (finding.isDamage()) damages++;
            if (json) {
                var entry = new LinkedHashMap<String, Object>();
                entry.put("file", finding.file());
                entry.put("position", finding.position() < 0 ? null : finding.position());
                entry.put("offset", finding.offset() < 0 ? null : finding.offset());
                entry.put("what", finding.what());
                entry.put("damage", finding.isDamage());
                found.add(entry);
                return;
            }
            terminal.endProgress();
            terminal.out().add(finding.isDamage() ? "damage  " : "note    ").add(finding.file().toString());
            if (finding.position() >= 0) terminal.out().add(" position=").add(finding.position());
            if (finding.offset() >= 0) terminal.out().add(" offset=").add(finding.offset());
            terminal.out().add(": ").add(finding.what()).endLine();
            if (terminal.isWatched()) terminal.out().flush();
        }
    }

    @Command(name = "list", sortOptions = false, description = "Lists the partitions of a log directory.")
    static final class ListPartitions extends Reading {
        @Parameters(arity = "1", paramLabel = "DIR", description = "A log directory.")
        private Path path;
        private boolean isDamaged;

        ListPartitions(Terminal terminal) {
            super(terminal);
        }

        @Override
        public int run() {
            if (!OfflineDirectory.isOne(disk,
                    directory(path))) throw new DumpException("Not a log directory, it has neither meta.properties nor checkpoints: "
                    + path);
            var directory = new OfflineDirectory(disk, path, finding -> {
                terminal.errors().line(finding.what());
                isDamaged = true;
            });
            boolean inUse = FileLocks.isHeld(OfflineDirectory.lockFile(path));
            var rows = new ArrayList<Map<String, Object>>();
            for (var partition : directory.partitions()) rows.add(row(directory, partition));
            if (json) printJson(directory, inUse, rows);
            else print(directory, inUse, rows);
            return isDamaged ? 1 : 0;
        }

        private static Map<String, Object> row(OfflineDirectory directory, TopicPartition partition) {
            var found = directory.describe(partition);
            var row = new LinkedHashMap<String, Object>();
            row.put("topic", partition.topic());
            row.put("partition", partition.partition());
            row.put("topicId", found.topicId().isZero() ? null : found.topicId());
            row.put("startOffset", found.startOffset());
            row.put("endOffset", found.endOffset());
            row.put("segments", found.segments());
            row.put("bytes", found.bytes());
            row.put("recoveryPoint", found.recoveryPoint() < 0 ? null : found.recoveryPoint());
            return row;
        }

        private void printJson(OfflineDirectory directory, boolean inUse, List<Map<String, Object>> rows) {
            var all = new LinkedHashMap<String, Object>();
            var identity = directory.identity();
            all.put("path", path);
            all.put("nodeId", identity == null ? null : identity.nodeId());
            all.put("clusterId", identity == null ? null : identity.clusterId());
            all.put("directoryId", identity == null ? null : identity.directoryId());
            all.put("inUse", inUse);
            all.put("closedCleanly", directory.closedCleanly());
            all.put("partitions", rows);
            terminal.out().line(Json.of(all));
        }

        private void print(OfflineDirectory directory, boolean inUse, List<Map<String, Object>> rows) {
            var identity = directory.identity();
            var state = inUse ? "in use by a running broker: ends may be moving" : directory.closedCleanly() ? "closed cleanly" : "not closed cleanly";
            terminal.out().line(path + (identity == null ? "" : "  node " + identity.nodeId() + "  cluster " + identity.clusterId()) + "  " + state);
            var table = new Rows(terminal.out(), false);
            for (var row : rows) table.add(row);
            table.end();
        }
    }
}
