package io.flowdb.benchmarks.measure;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Sizes and removal of directory trees that other threads may be changing. */
public final class Directories {
    private static final long RETRY_NANOS = 10_000_000;

    private Directories() {}

    /** Sum of the lengths of all files below {@code dir}. A file that vanishes meanwhile counts as nothing. */
    public static long sizeBytes(Path dir) throws IOException {
        long[] sum = new long[1];
        Files.walkFileTree(dir, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sum[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                return passOver(failure);
            }
        });
        return sum[0];
    }

    /** Whether there is a directory of that name, or one can be made below those that there are. */
    public static boolean canBeMade(Path dir) {
        Path known = dir.toAbsolutePath().normalize();
        while (known != null && !Files.exists(known)) {
            known = known.getParent();
        }
        return known != null && Files.isDirectory(known) && Files.isWritable(known);
    }

    /** Whether a file can be written there: its directory exists, and it is none itself. */
    public static boolean canHold(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        return parent != null
                && Files.isDirectory(parent)
                && !Files.isDirectory(absolute)
                && Files.isWritable(Files.exists(absolute) ? absolute : parent);
    }

    /** As {@link #remove}, for up to {@code patience} again while other threads write there. */
    public static void removeBesideWriters(Path dir, Duration patience) throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                remove(dir);
                return;
            } catch (DirectoryNotEmptyException e) {
                if (System.nanoTime() - start > patience.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    /** Removes {@code dir} and everything below it; what is not there, or vanishes meanwhile, is no error. */
    public static void remove(Path dir) throws IOException {
        Files.walkFileTree(dir, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                return passOver(failure);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    passOver(failure);
                }
                Files.deleteIfExists(each);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static FileVisitResult passOver(IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }
}
