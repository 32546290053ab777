package io.barnabas.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;

/** Starts a broker: {@code Main [--config FILE] [--data DIR] [--port N] [--override key=value]...}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = 9092;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            if (arguments[i].equals("--port")) port = Integer.parseInt(arguments[i + 1]);
        }
        var stopping = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(stopping::countDown));
        try (var socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("Barnabas is ready: localhost:" + socket.getLocalPort());
            stopping.await();
        }
    }
}
