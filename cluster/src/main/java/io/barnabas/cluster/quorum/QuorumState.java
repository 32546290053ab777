package io.barnabas.cluster.quorum;

import io.barnabas.base.Disk;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.MetadataLogException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The file {@code quorum-state}: the latest epoch that this node knows, and who leads or got its vote in it. One line of
 * JSON as Kafka writes it; version 0 belongs to static voters ({@code kraft.version} 0), version 1 to voters in the log.
 *
 * @param leaderId -1 if unknown
 * @param otherVoters whether a file of version 0 names voters besides the reader
 */
record QuorumState(int leaderId, int leaderEpoch, int votedId, boolean otherVoters) {
    static final String FILE = "quorum-state";
    private static final int FILE_BYTES_MAX = 1 << 20;
    static final QuorumState NONE = new QuorumState(-1, 0, -1, false);

    /** @return {@link #NONE} if there is no such file */
    static QuorumState read(Disk disk, Path directory, int nodeId) {
        var path = directory.resolve(FILE);
        if (!disk.exists(path)) return NONE;
        String text;
        try (var file = disk.open(path, false)) {
            if (file.size() > FILE_BYTES_MAX) throw damaged(path, "too long");
            var bytes = ByteBuffer.allocate((int) file.size());
            file.read(bytes, 0);
            text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        }
        if (!text.stripTrailing().endsWith("}")) throw damaged(path, "it ends too early");
        int dataVersion = number(text, "data_version", path);
        if (dataVersion != 0 && dataVersion != 1) throw damaged(path, "unknown data_version " + dataVersion);
        return new QuorumState(number(text, "leaderId", path), number(text, "leaderEpoch", path), number(text, "votedId", path),
                dataVersion == 0 && namesOthers(text, nodeId, path));
    }

    /** Durable on return; the old file or the new one is there whenever the machine stops. */
    void write(Disk disk, Path directory, short kraftVersion, int nodeId) {
        var json = kraftVersion >= 1
                ? "{\"leaderId\":" + leaderId + ",\"leaderEpoch\":" + leaderEpoch + ",\"votedId\":" + votedId
                        + ",\"votedDirectoryId\":\"" + Uuid.ZERO + "\",\"data_version\":1}"
                : "{\"clusterId\":\"\",\"leaderId\":" + leaderId + ",\"leaderEpoch\":" + leaderEpoch + ",\"votedId\":" + votedId
                        + ",\"appliedOffset\":0,\"currentVoters\":[{\"voterId\":" + nodeId + "}],\"data_version\":0}";
        var temporary = directory.resolve(FILE + ".tmp");
        disk.delete(temporary);
        try (var file = disk.open(temporary, true)) {
            file.write(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)), 0);
            file.sync();
        }
        disk.rename(temporary, directory.resolve(FILE));
        disk.syncDirectory(directory);
    }

    private static boolean namesOthers(String text, int nodeId, Path path) {
        for (int from = text.indexOf("\"voterId\""); from >= 0; from = text.indexOf("\"voterId\"", from + 1)) {
            if (number(text.substring(from), "voterId", path) != nodeId) return true;
        }
        return false;
    }

    private static int number(String text, String field, Path path) {
        int at = text.indexOf('"' + field + '"');
        if (at < 0) throw damaged(path, "no field " + field);
        at = text.indexOf(':', at) + 1;
        while (at < text.length() && text.charAt(at) == ' ') at++;
        int end = at;
        while (end < text.length() && (text.charAt(end) == '-' || Character.isDigit(text.charAt(end)))) end++;
        try {
            return Integer.parseInt(text.substring(at, end));
        } catch (NumberFormatException e) {
            throw damaged(path, "field " + field + " is no number");
        }
    }

    private static MetadataLogException damaged(Path path, String reason) {
        return new MetadataLogException("quorum state is damaged: file=" + path + " reason=" + reason
                + ". Restore the file from a backup; deleting it is safe only for a quorum of one voter");
    }
}
