package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An ext4 file system of its own in an image file, mounted by loop: it can be filled, made read-only, and have its power
 * cut. Wants root. What is not synced stays in memory long enough to be lost for sure.
 */
final class LoopDisk implements AutoCloseable {
    private static final int UNCERTAIN_BYTES = 64 << 10;
    private static final String OPTIONS = "loop,noatime,commit=300";

    private final Path image;
    private final Path mount;
    private boolean isMounted;

    private LoopDisk(Path image, Path mount) {
        this.image = image;
        this.mount = mount;
    }

    /** A new, empty one, mounted. */
    static LoopDisk ofMib(int sizeMib) {
        Path scratch = Repository.newScratch("disk");
        var disk = new LoopDisk(scratch.resolve("image"), scratch.resolve("disk"));
        try (var file = new RandomAccessFile(disk.image.toFile(), "rw")) {
            file.setLength((long) sizeMib << 20);
            Files.createDirectory(disk.mount);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.of("mkfs.ext4", "-q", "-F", "-m", "0", disk.image.toString()).run().successful();
        disk.mount();
        return disk;
    }

    /** Where it is mounted. */
    Path path() {
        return mount;
    }

    private void mount() {
        Command.of("mount", "-o", OPTIONS, image.toString(), mount.toString()).run().successful();
        isMounted = true;
    }

    /** From now on nothing more reaches the disk, and what was not synced never will. */
    void cutPower() {
        Command.of(NativeHelper.cutPower().toString(), mount.toString()).run().successful();
    }

    /**
     * Cuts the power under a broker, and starts it again. Who has no power acknowledges nothing: the broker stops first. A sync that is
     * under way when ext4 is shut down may return as if it had done its work, in a plain C program too, so that a broker that goes
     * on would be wrong for no fault of its own.
     */
    Broker cutPowerOf(Broker broker) {
        broker.process().freeze();
        cutPower();
        broker.process().kill();
        restorePower();
        return broker.restart();
    }

    /** Mounted anew, its journal played back: what was there when the power was cut. Nobody may use it meanwhile. */
    void restorePower() {
        unmount();
        mount();
    }

    /** As the kernel does after an error: every write is refused, also through files that are open. */
    void becomeReadOnly() {
        Command.of("mount", "-o", "remount,abort", mount.toString()).run().successful();
    }

    private void unmount() {
        Command.of("umount", mount.toString()).run().successful();
        isMounted = false;
    }

    long usableBytes() {
        return mount.toFile().getUsableSpace();
    }

    /** Leaves room for so many bytes, or less where others write meanwhile; with 0 not a block can be written any more. */
    void fillUpTo(long bytesLeft) {
        try (var ballast = new RandomAccessFile(ballast().toFile(), "rw")) {
            ballast.seek(ballast.length());
            var large = new byte[UNCERTAIN_BYTES];
            while (usableBytes() > bytesLeft + 2 * UNCERTAIN_BYTES) ballast.write(large);
            var block = new byte[4_096];
            while (bytesLeft == 0 || usableBytes() > bytesLeft) {
                ballast.write(block);
                // Near the end what is promised may be more than there is.
                if (usableBytes() < bytesLeft + UNCERTAIN_BYTES) ballast.getFD().sync();
            }
        } catch (IOException e) {
            if (!e.getMessage().contains("No space left")) throw new UncheckedIOException(e);
        }
    }

    /** Gives back what {@link #fillUpTo} took. */
    void makeRoom() {
        try {
            Files.deleteIfExists(ballast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path ballast() {
        return mount.resolve("ballast");
    }

    @Override
    public void close() {
        if (isMounted) unmount();
        try {
            Files.deleteIfExists(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
