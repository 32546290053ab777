package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The repository speaks of itself alone. */
class RepositoryTextTest {
    private static final Set<String> NOT_OURS = Set.of(".git", "target", "data", "logs", "run", ".idea");
    /** Paths of somebody's machine, which mean nothing on another. Put together so that this file does not name one. */
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.$}~-])/(?:" + String.join("|", "work", "root", "home", "Users", "workspace", "mnt") + ")/\\w");

    @Test
    void noFileNamesAPathOfSomeMachine() throws IOException {
        var wrong = new ArrayList<String>();
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            if (isBinary(bytes)) continue;
            int number = 0;
            for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
                number++;
                if (MACHINE_PATH.matcher(line).find()) wrong.add(Repository.ROOT.relativize(file) + ":" + number + ": " + line.strip());
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    }

    private static boolean isBinary(byte[] bytes) {
        for (byte b : bytes) if (b == 0) return true;
        return false;
    }

    private static List<Path> files() throws IOException {
        var files = new ArrayList<Path>();
        Files.walkFileTree(Repository.ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return NOT_OURS.contains(directory.getFileName().toString()) && !directory.equals(Repository.ROOT)
                        ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) files.add(file);
                return FileVisitResult.CONTINUE;
            }
        });
        assertTrue(files.size() > 50, "files found: " + files.size());
        return files;
    }
}
