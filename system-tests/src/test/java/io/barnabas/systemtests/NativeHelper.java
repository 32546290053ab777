package io.barnabas.systemtests;

import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Small C programs among the test resources, compiled on their first use. Wants a C compiler on the path. */
final class NativeHelper {
    private static final Map<String, Path> COMPILED = new HashMap<>();

    private NativeHelper() {}

    /** A command that cuts the power of the ext4 file system mounted at the directory it is given. */
    static Path cutPower() {
        return compiled("cut-power");
    }

    /** A library to preload, told by its environment which syncs to spoil. */
    static Path faultySync() {
        return compiled("faulty-sync", "-shared", "-fPIC");
    }

    /** A library to preload, told by its environment which writes to hold up. */
    static Path slowWrite() {
        return compiled("slow-write", "-shared", "-fPIC");
    }

    /** A library to preload, told by a file which calls are to fail: see {@link FaultyIo}. */
    static Path faultyIo() {
        return compiled("faulty-io", "-shared", "-fPIC");
    }

    private static synchronized Path compiled(String name, String... options) {
        return COMPILED.computeIfAbsent(name, n -> {
            Path target = Repository.newScratch("native").resolve(name);
            Path source = Repository.ROOT.resolve("system-tests/src/test/resources/" + name + ".c");
            var command = new ArrayList<>(List.of("cc", "-O2", "-Wall", "-o", target.toString(), source.toString()));
            command.addAll(List.of(options));
            command.add("-ldl");
            new Command(command).run().successful();
            return target;
        });
    }
}
