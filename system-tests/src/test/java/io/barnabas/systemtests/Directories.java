package io.barnabas.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Whole trees of files. */
final class Directories {
    private Directories() {}

    /** Copies a file or a tree to a place where there is nothing yet. @return that place */
    static Path copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return to;
    }

    /** Puts the files of one partition in the place of another's, but for the name of its topic. */
    static void takeOver(Path from, Path to) throws IOException {
        for (var file : files(to)) if (!isIdentity(file)) Files.delete(file);
        for (var file : files(from)) if (!isIdentity(file)) Files.copy(file, to.resolve(file.getFileName()));
    }

    private static boolean isIdentity(Path file) {
        return file.endsWith("partition.metadata");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }
}
