package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** The house is as {@code docs/ARCHITECTURE.md} draws it. */
class ArchitectureTest {
    private static final Pattern ROW = Pattern.compile("\\| `([a-z-]+)` \\| .* \\|([^|]*)\\|");
    private static final Pattern QUOTED = Pattern.compile("`([a-z.-]+)`");
    private static final Pattern OURS = Pattern.compile("\\bio\\.barnabas\\.([a-z]+)((?:\\.[a-z]+)*)");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([a-zA-Z0-9_.]+);");
    private static final Pattern COMMENT_OR_STRING =
            Pattern.compile("(?s)/\\*.*?\\*/|//[^\n]*|\"\"\".*?\"\"\"|\"(?:[^\"\\\\\n]|\\\\.)*+\"|'(?:[^'\\\\\n]|\\\\.)++'");
    private static final Pattern KAFKA_DEPENDENCY =
            Pattern.compile("(?s)<dependency>(?:(?!</dependency>).)*<groupId>org\\.apache\\.kafka</groupId>(?:(?!</dependency>).)*</dependency>");

    /** What a module may use, by its row: {@code base}, {@code cluster.metadata}. */
    private final Map<String, List<String>> mayUse = readTable();

    @Test
    void everyModuleOfTheBuildIsInTheTable() throws IOException {
        var built = new ArrayList<String>();
        Matcher module = Pattern.compile("<module>([a-z-]+)</module>").matcher(Files.readString(Repository.ROOT.resolve("pom.xml")));
        while (module.find()) built.add(module.group(1));
        assertEquals(built.stream().sorted().toList(), mayUse.keySet().stream().sorted().toList());
    }

    @Test
    void noSourceUsesAModuleAboveItsOwn() throws IOException {
        var wrong = new ArrayList<String>();
        for (String module : mayUse.keySet()) {
            for (Path source : sourcesOf(module, "src/main", "target/generated-sources")) findUpward(source, allowedFor(module), wrong);
            var withTestkit = new ArrayList<>(allowedFor(module));
            withTestkit.add("testkit");
            for (Path source : sourcesOf(module, "src/test")) findUpward(source, withTestkit, wrong);
        }
        assertTrue(wrong.isEmpty(), () -> "uses what its module may not:\n" + String.join("\n", wrong));
    }

    @Test
    void everyMainSourceLiesInThePackageOfItsModule() throws IOException {
        var wrong = new ArrayList<String>();
        int sources = 0;
        for (String module : mayUse.keySet()) {
            String wanted = "io.barnabas." + packageOf(module);
            for (Path source : sourcesOf(module, "src/main")) {
                sources++;
                Matcher declared = PACKAGE.matcher(Files.readString(source));
                String found = declared.find() ? declared.group(1) : "none";
                if (!found.equals(wanted) && !found.startsWith(wanted + ".")) wrong.add(source + ": " + found);
            }
        }
        assertTrue(sources > 20, "sources found: " + sources);
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    }

    @Test
    void apacheKafkaIsOnNoMainClassPath() throws IOException {
        for (String module : mayUse.keySet()) {
            Matcher dependency = KAFKA_DEPENDENCY.matcher(Files.readString(Repository.ROOT.resolve(module).resolve("pom.xml")));
            while (dependency.find()) assertTrue(dependency.group().contains("<scope>test</scope>"), module + ": " + dependency.group());
            for (Path source : sourcesOf(module, "src/main")) {
                assertFalse(Files.readString(source).contains("import org.apache.kafka"), source.toString());
            }
        }
        for (Path jar : builtJars()) {
            try (var zip = new ZipFile(jar.toFile())) {
                assertTrue(zip.stream().noneMatch(entry -> entry.getName().startsWith("org/apache/kafka/")), jar.toString());
            }
        }
    }

    @Test
    void theTableIsReadAsItStands() {
        assertEquals(List.of(), mayUse.get("base"));
        assertEquals(List.of("base", "model"), mayUse.get("protocol"));
        assertTrue(mayUse.get("replication").contains("cluster.metadata"));
        assertTrue(mayUse.get("server").containsAll(List.of("base", "cluster", "replication")));
        assertFalse(mayUse.get("server").contains("testkit"));
    }

    @Test
    void anUpwardUseIsFound() {
        var wrong = new ArrayList<String>();
        find("import io.barnabas.cluster.controller.Controller;", "here", List.of("replication", "cluster.metadata"), wrong);
        find("import io.barnabas.cluster.metadata.ClusterImage; // io.barnabas.server", "here", List.of("cluster.metadata"), wrong);
        find("void f() { io.barnabas.server.Main.main(null); }", "here", List.of("base"), wrong);
        assertEquals(List.of("here: io.barnabas.cluster.controller", "here: io.barnabas.server"), wrong);
    }

    private static Map<String, List<String>> readTable() {
        var table = new LinkedHashMap<String, List<String>>();
        try {
            for (String line : Files.readAllLines(Repository.ROOT.resolve("docs/ARCHITECTURE.md"))) {
                Matcher row = ROW.matcher(line);
                if (row.matches()) table.put(row.group(1), usedBy(row.group(2), List.copyOf(table.keySet())));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertFalse(table.isEmpty(), "no module table");
        return table;
    }

    private static List<String> usedBy(String cell, List<String> above) {
        if (cell.trim().equals("all above")) return above;
        var used = new ArrayList<String>();
        Matcher quoted = QUOTED.matcher(cell);
        while (quoted.find()) used.add(quoted.group(1));
        return used;
    }

    private List<String> allowedFor(String module) {
        var allowed = new ArrayList<>(mayUse.get(module));
        allowed.add(module);
        allowed.replaceAll(ArchitectureTest::packageOf);
        return allowed;
    }

    private static String packageOf(String module) {
        return module.replace("-", "");
    }

    private static void findUpward(Path source, List<String> allowed, List<String> wrong) throws IOException {
        find(Files.readString(source), Repository.ROOT.relativize(source).toString(), allowed, wrong);
    }

    private static void find(String text, String where, List<String> allowed, List<String> wrong) {
        Matcher use = OURS.matcher(COMMENT_OR_STRING.matcher(text).replaceAll(" "));
        while (use.find()) {
            String used = use.group(1) + use.group(2);
            boolean fits = allowed.stream().anyMatch(prefix -> used.equals(prefix) || used.startsWith(prefix + "."));
            String problem = where + ": io.barnabas." + used;
            if (!fits && !wrong.contains(problem)) wrong.add(problem);
        }
    }

    private static List<Path> sourcesOf(String module, String... folders) throws IOException {
        var sources = new ArrayList<Path>();
        for (String folder : folders) {
            Path root = Repository.ROOT.resolve(module).resolve(folder);
            if (!Files.isDirectory(root)) continue;
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    private static List<Path> builtJars() throws IOException {
        Path folder = Repository.ROOT.resolve("target/dist/lib");
        assertTrue(Files.isDirectory(folder), "not built: run './barnabas build'");
        try (Stream<Path> jars = Files.list(folder)) {
            return jars.toList();
        }
    }
}
