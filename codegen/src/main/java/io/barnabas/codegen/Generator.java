package io.barnabas.codegen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns a folder of schemas into a folder of Java sources. Arguments: the folder with one sub-folder of schemas per jar,
 * and the source folder to write. Does nothing when neither schemas nor generator changed; touches only files that differ.
 */
public final class Generator {
    private static final String OLDER_RELEASE = "kafka-clients-old";

    private Generator() {}

    public static void main(String[] arguments) throws Exception {
        generate(Path.of(arguments[0]), Path.of(arguments[1]));
    }

    static void generate(Path schemaRoot, Path sourceRoot) throws Exception {
        var files = filesBelow(schemaRoot, ".json");
        if (files.isEmpty()) throw new IllegalArgumentException("no schemas: folder=" + schemaRoot);
        var stamp = sourceRoot.resolve("generated.sha256");
        var hash = hashOf(schemaRoot, files);
        if (Files.exists(stamp) && Files.readString(stamp).equals(hash)) return;

        var sources = sources(parse(schemaRoot, files));
        for (var old : filesBelow(sourceRoot, ".java")) {
            if (!sources.containsKey(relative(sourceRoot, old))) Files.delete(old);
        }
        for (var source : sources.entrySet()) writeIfChanged(sourceRoot.resolve(source.getKey()), source.getValue());
        Files.writeString(stamp, hash);
    }

    /** Every schema below a folder with one sub-folder per jar. */
    static List<Schema> parse(Path schemaRoot) throws IOException {
        return parse(schemaRoot, filesBelow(schemaRoot, ".json"));
    }

    private static List<Schema> parse(Path schemaRoot, List<Path> files) throws IOException {
        var parser = new SchemaParser();
        var schemas = new ArrayList<Schema>();
        for (var file : files) schemas.add(parser.parse(file, schemaRoot.relativize(file).getName(0).toString()));
        return schemas;
    }

    private static Map<String, String> sources(List<Schema> parsed) {
        var sources = new TreeMap<String, String>();
        var schemas = merged(parsed);
        for (var schema : schemas) {
            var path = "io/barnabas/protocol/" + schema.packageName() + "/" + schema.name() + ".java";
            if (sources.put(path, new MessageWriter(schema).write()) != null) {
                throw new IllegalArgumentException("two messages of one name: " + schema.name());
            }
        }
        sources.putAll(RegistryWriter.write(schemas));
        return sources;
    }

    /** The messages of the current release, with the versions that only the older one has; dead APIs are left out. */
    private static List<Schema> merged(List<Schema> parsed) {
        var older = new TreeMap<String, Schema>();
        for (var schema : parsed) if (schema.source().equals(OLDER_RELEASE)) older.put(schema.name(), schema);
        var schemas = new ArrayList<Schema>();
        for (var schema : parsed) {
            if (schema.source().equals(OLDER_RELEASE) || schema.valid().isEmpty()) continue;
            var old = schema.source().equals("kafka-clients") ? older.get(schema.name()) : null;
            schemas.add(old == null ? schema : SchemaMerge.merge(schema, old));
        }
        return schemas;
    }

    static void writeIfChanged(Path file, String text) throws IOException {
        if (Files.exists(file) && Files.readString(file).equals(text)) return;
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String hashOf(Path schemaRoot, List<Path> files)
            throws IOException, NoSuchAlgorithmException, URISyntaxException {
        var digest = MessageDigest.getInstance("SHA-256");
        for (var file : files) digestFile(digest, relative(schemaRoot, file), file);
        var own = Path.of(Generator.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(own)) {
            for (var file : filesBelow(own, ".class")) digestFile(digest, relative(own, file), file);
        } else {
            try (var jar = FileSystems.newFileSystem(own)) {
                var root = jar.getPath("/");
                for (var file : filesBelow(root, ".class")) digestFile(digest, relative(root, file), file);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void digestFile(MessageDigest digest, String name, Path file) throws IOException {
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
    }

    private static String relative(Path root, Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    private static List<Path> filesBelow(Path root, String ending) {
        if (!Files.exists(root)) return List.of();
        try (var walk = Files.walk(root)) {
            return walk.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
