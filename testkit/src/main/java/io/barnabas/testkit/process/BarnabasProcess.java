package io.barnabas.testkit.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Barnabas as a user starts it, by the launcher, from the jars of the last build. */
public final class BarnabasProcess implements Broker {
    private final Setup setup;
    private final ChildProcess process;

    private BarnabasProcess(Setup setup, ChildProcess process) {
        this.setup = setup;
        this.process = process;
    }

    public static Setup with() {
        return new Setup();
    }

    /** How one is started. Without more: a new data directory, a free port, the JDK and loops of the test run. */
    public static final class Setup {
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<String, String> environment = new HashMap<>();
        private List<String> prefix = List.of();
        private Path data;
        private String moreData = "";
        private int port;

        private Setup() {
            environment.put("JAVA_HOME", Repository.jdk().toString());
            String loops = System.getProperty("tests.loops");
            if (loops != null) setting("num.event.loops", loops);
        }

        public Setup setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /** @param options as {@code -Xmx64m} */
        public Setup heap(String options) {
            return environment("KAFKA_HEAP_OPTS", options);
        }

        public Setup jdk(Path jdk) {
            return environment("JAVA_HOME", jdk.toString());
        }

        public Setup environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        public Setup data(Path directory) {
            data = directory;
            return this;
        }

        /** A further log directory. */
        public Setup moreData(Path directory) {
            moreData += "," + directory;
            return this;
        }

        public Setup port(int port) {
            this.port = port;
            return this;
        }

        /** A command before the launcher that becomes it, keeping the pid ({@code strace -D ...}, {@code nice}). */
        public Setup under(String... command) {
            prefix = List.of(command);
            return this;
        }

        /** Starts it and waits until it answers. */
        public BarnabasProcess start() {
            BarnabasProcess broker = launch();
            broker.process.awaitAnswer(port);
            return broker;
        }

        /** Starts it without waiting: for a start that is to fail. */
        public BarnabasProcess launch() {
            if (data == null) data = Repository.newScratch("barnabas").resolve("data");
            if (port == 0) port = Ports.free();
            Path output = data.resolveSibling(data.getFileName() + ".out");
            return new BarnabasProcess(this, ChildProcess.start(command(), environment, Repository.ROOT, output));
        }

        private List<String> command() {
            var command = new ArrayList<>(prefix);
            command.addAll(List.of(Repository.ROOT.resolve("barnabas").toString(), "start",
                    "--data", data + moreData, "--port", Integer.toString(port)));
            settings.forEach((name, value) -> command.addAll(List.of("--override", name + "=" + value)));
            return command;
        }
    }

    @Override
    public BarnabasProcess restart() {
        return setup.start();
    }

    @Override
    public String name() {
        return "Barnabas";
    }

    @Override
    public int port() {
        return setup.port;
    }

    @Override
    public Path dataDirectory() {
        return setup.data;
    }

    @Override
    public ChildProcess process() {
        return process;
    }
}
