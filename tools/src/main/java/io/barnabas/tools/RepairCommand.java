package io.barnabas.tools;

import io.barnabas.base.Disk;
import io.barnabas.base.FileDisk;
import io.barnabas.log.LogRepair;
import io.barnabas.log.OfflineDirectory;
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

/** {@code ./barnabas log repair}: tells what is lost of the partitions of a log directory, and gives it up when it is told to. */
@Command(name = "repair", sortOptions = false, description = {"Tells which records of damaged partitions are lost. With --accept-loss these",
    "partitions can be used again without them; all others stay, before the damage and behind it.",
    "A partition with replicas on other brokers is better deleted here: it is then fetched again."})
final class RepairCommand implements Action {
    private static final TopicPartition METADATA = new TopicPartition("__cluster_metadata", 0);

    private final Terminal terminal;

    @Option(names = "--accept-loss", description = "Give up what is lost. Without it no record is touched.")
    private boolean acceptsLoss;
    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this text.")
    private boolean help;
    @Parameters(arity = "1", paramLabel = "DIR", description = "A log directory on which no broker runs, or the folder of a partition in one.")
    private Path path;

    private final List<Object> told = new ArrayList<>();
    private int damaged;
    private boolean isMetadataDamaged;

    RepairCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int run() {
        var absolute = LogCommand.Reading.directory(path).toAbsolutePath().normalize();
        Disk disk = new FileDisk();
        boolean isWhole = OfflineDirectory.isOne(disk, absolute);
        var directory = isWhole ? absolute : absolute.getParent();
        if (directory == null || !OfflineDirectory.isOne(disk, directory)) {
            throw new DumpException("Neither a log directory nor the folder of a partition in one: " + path);
        }
        if (!Files.isWritable(directory)) throw new DumpException("Not writable: " + directory);
        try (var repair = new LogRepair(disk, directory)) {
            for (var partition : repair.partitions()) {
                if (isWhole || absolute.endsWith(partition.toString())) look(repair, partition);
            }
        }
        terminal.endProgress();
        if (json) terminal.out().line(Json.of(Map.of("directory", directory, "accepted", acceptsLoss && !isMetadataDamaged, "losses", told)));
        else terminal.out().line(outcome());
        return damaged == 0 || acceptsLoss && !isMetadataDamaged ? 0 : 1;
    }

    private String outcome() {
        if (damaged == 0) return "no damage found";
        var partitions = damaged == 1 ? "1 partition" : damaged + " partitions";
        if (isMetadataDamaged) return "The metadata log is damaged: its records cannot be left out. Copy it from another controller, or a backup.";
        return acceptsLoss ? partitions + " repaired" : partitions + " damaged. Nothing was changed: --accept-loss gives these records up.";
    }

    private void look(LogRepair repair, TopicPartition partition) {
        terminal.progress(partition.toString());
        var losses = repair.losses(partition);
        if (losses.isEmpty()) return;
        damaged++;
        for (var loss : losses) tell(partition, loss);
        if (partition.equals(METADATA)) isMetadataDamaged = true;
        else if (acceptsLoss) repair.accept(partition);
    }

    private void tell(TopicPartition partition, LogRepair.Loss loss) {
        if (json) {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("topic", partition.topic());
            entry.put("partition", partition.partition());
            entry.put("fromOffset", loss.fromOffset());
            entry.put("toOffset", loss.toOffset());
            entry.put("file", loss.file());
            entry.put("position", loss.position());
            entry.put("bytes", loss.bytes());
            told.add(entry);
            return;
        }
        terminal.endProgress();
        terminal.out().line("lost    %s: offsets from %d, before %d: file=%s position=%d bytes=%d".formatted(
                partition, loss.fromOffset(), loss.toOffset(), loss.file(), loss.position(), loss.bytes()));
    }
}
