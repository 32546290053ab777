package io.barnabas.testkit.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Free ports below the ephemeral range, each given once to a test run; and who listens on a port. */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int COUNT = 10_000;
    // Any start will do: it keeps test runs that share a machine apart.
    private static final Random RANDOM = new Random(ProcessHandle.current().pid() * 31 + System.nanoTime());
    private static final Set<Integer> GIVEN = new HashSet<>();

    private Ports() {}

    /** A free port of which the next, where the controller listens, is free too. */
    public static synchronized int free() {
        for (int attempt = 0; attempt < COUNT; attempt++) {
            int port = FIRST + 2 * RANDOM.nextInt(COUNT / 2);
            if (isFree(port) && isFree(port + 1) && GIVEN.add(port) && GIVEN.add(port + 1)) return port;
        }
        throw new IllegalStateException("no free port: from=" + FIRST + " count=" + COUNT);
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** True when process {@code pid} itself holds a listening socket on {@code port}. */
    public static boolean isListening(long pid, int port) throws IOException {
        var inodes = new HashSet<String>();
        addListeners("/proc/net/tcp", port, inodes);
        addListeners("/proc/net/tcp6", port, inodes);
        if (inodes.isEmpty()) return false;
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (isOneOf(inodes, descriptor)) return true;
            }
        }
        return false;
    }

    private static boolean isOneOf(Set<String> inodes, Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:[") && inodes.contains(target.substring(8, target.length() - 1));
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private static void addListeners(String table, int port, Set<String> inodes) throws IOException {
        for (String line : Files.readAllLines(Path.of(table))) {
            String[] fields = line.trim().split("\\s+");
            boolean listens = fields.length > 9 && fields[3].equals("0A");
            if (listens && Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16) == port) inodes.add(fields[9]);
        }
    }
}
