package io.barnabas.tools;

import io.barnabas.base.Disk;
import io.barnabas.base.FileDisk;
import io.barnabas.base.StorageException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bin/kafka-dump-log.sh}: Apache Kafka's options, output and exit codes (0 done, 1 anything else). */
@Command(name = "kafka-dump-log.sh", sortOptions = true, usageHelpWidth = 120,
        description = "Prints what the files of a partition hold: segments, indexes, snapshots of producers and of metadata. It only reads.")
public final class KafkaDumpLog {
    private static final String KAFKA_VERSION = "4.4.0";
    private static final String NO_CLASS = "";

    @Option(names = {"--files", "-files"}, paramLabel = "file1,file2,...", description = "The files to be shown, separated by commas. Required.")
    private List<String> files;
    @Option(names = {"--print-data-log", "-print-data-log"}, description = "Show the keys and values of records. A decoder does so too.")
    private boolean printDataLog;
    @Option(names = {"--verify-index-only", "-verify-index-only"},
            description = "Compare indexes with their segments and do not print their entries.")
    private boolean verifyIndexOnly;
    @Option(names = {"--index-sanity-check", "-index-sanity-check"}, description = "Check of indexes only what a broker checks when it starts.")
    private boolean indexSanityCheck;
    @Option(names = {"--max-message-size", "-max-message-size"}, paramLabel = "size",
            description = "Bytes of the largest batch that an index may point at (default: ${DEFAULT-VALUE}).")
    private int maxMessageSize = 5 * 1024 * 1024;
    @Option(names = {"--max-bytes", "-max-bytes"}, paramLabel = "size", description = "Read so many bytes of a segment at most (default: all).")
    private int maxBytes = Integer.MAX_VALUE;
    @Option(names = {"--deep-iteration", "-deep-iteration"},
            description = "Show records, not batches alone. What prints keys and values does so too.")
    private boolean deepIteration;
    @Option(names = {"--value-decoder-class", "-value-decoder-class"}, arity = "0..1", fallbackValue = NO_CLASS, paramLabel = "class",
            description = "What values are: one of org.apache.kafka.tools.api.{String,Default,Integer,Long}Decoder (default: String).")
    private String valueDecoder;
    @Option(names = {"--key-decoder-class", "-key-decoder-class"}, arity = "0..1", fallbackValue = NO_CLASS, paramLabel = "class",
            description = "What keys are: the same.")
    private String keyDecoder;
    @Option(names = {"--skip-record-metadata", "-skip-record-metadata"}, description = "Of records show keys and values only.")
    private boolean skipRecordMetadata;
    @Option(names = {"--offsets-decoder", "-offsets-decoder"}, description = "These are records of __consumer_offsets.")
    private boolean offsets;
    @Option(names = {"--transaction-log-decoder", "-transaction-log-decoder"}, description = "These are records of __transaction_state.")
    private boolean transactions;
    @Option(names = {"--cluster-metadata-decoder", "-cluster-metadata-decoder"}, description = "These are records of __cluster_metadata.")
    private boolean metadata;
    @Option(names = {"--remote-log-metadata-decoder", "-remote-log-metadata-decoder"}, description = "These are records of __remote_log_metadata.")
    private boolean remoteLog;
    @Option(names = {"--share-group-state-decoder", "-share-group-state-decoder"}, description = "These are records of __share_group_state.")
    private boolean shareState;
    @Option(names = {"--help", "-help", "-h"}, description = "Show this text.")
    private boolean help;
    @Option(names = {"--version", "-version"}, description = "Show the version of Apache Kafka that this behaves as.")
    private boolean version;
    /** As Apache Kafka's tool, which passes over them. */
    @Parameters(hidden = true)
    private List<String> others;

    private KafkaDumpLog() {}

    public static void main(String[] arguments) {
        int exitCode = 1;
        var errors = new Output(new FileOutputStream(FileDescriptor.err));
        try (var out = Output.standard()) {
            exitCode = run(FileDisk.readOnly(), out, errors, arguments);
        } catch (Output.ClosedException e) {
            // Who closes the pipe has seen enough.
        }
        System.exit(exitCode);
    }

    /** @return the exit code */
    static int run(Disk disk, Output out, Output errors, String... arguments) {
        try {
            return parseAndRun(disk, out, errors, arguments);
        } catch (DumpException | StorageException e) {
            out.flush();
            errors.line(DumpException.messageOf(e));
            return 1;
        } finally {
            out.flush();
            errors.flush();
        }
    }

    private static int parseAndRun(Disk disk, Output out, Output errors, String... arguments) {
        var command = new KafkaDumpLog();
        var parser = new CommandLine(command);
        try {
            parser.parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            errors.line(e.getMessage());
            return 1;
        }
        if (command.version) {
            out.line(KAFKA_VERSION + " (Barnabas)");
            return 0;
        }
        if (arguments.length == 0 || command.help || command.files == null) {
            if (arguments.length > 0 && !command.help) errors.line("Missing required argument \"[files]\"");
            errors.add(parser.getUsageMessage()).flush();
            return 1;
        }
        if (command.files.size() > 1) {
            errors.line("Found multiple arguments for option files, but you asked for only one");
            return 1;
        }
        var dump = new LogDump(disk, out, command.options());
        for (var file : command.files.get(0).split(",")) dump.dump(file, errors);
        out.flush();
        dump.printProblems(errors);
        return 0;
    }

    private DumpOptions options() {
        boolean isDecoded = printDataLog || offsets || transactions || metadata || remoteLog || shareState || keyDecoder != null
                || valueDecoder != null;
        if (maxBytes < 0) throw new DumpException("Invalid size: --max-bytes " + maxBytes);
        return new DumpOptions(verifyIndexOnly, indexSanityCheck, maxMessageSize, maxBytes, isDecoded || deepIteration, skipRecordMetadata,
                isDecoded ? decoder() : null);
    }

    private RecordDecoder decoder() {
        if (offsets) return CoordinatorDecoder.ofGroups();
        if (transactions) return CoordinatorDecoder.ofTransactions();
        if (metadata) return new MetadataDecoder();
        if (remoteLog) return new RemoteLogDecoder();
        if (shareState) return CoordinatorDecoder.ofShares();
        return new PlainDecoder(className(keyDecoder), className(valueDecoder));
    }

    private static String className(String given) {
        return NO_CLASS.equals(given) ? null : given;
    }
}
