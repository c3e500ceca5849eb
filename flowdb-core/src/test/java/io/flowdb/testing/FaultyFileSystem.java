package io.flowdb.testing;

import io.flowdb.error.DatabaseLockedException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.ReadableFile;
import io.flowdb.internal.io.WritableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file system in memory that keeps apart what programs see and what is durable, and that fails when told to.
 *
 * <p>Names of files and directories are durable after a sync of the directory they stand in; until then a power cut
 * leaves any of the states a name has had since. Content: see {@link FaultyFile}. {@link #afterPowerCut} gives a file
 * system as it may be found after a power cut at this moment. Threads: any; the {@link Fault} runs in the calling
 * thread, outside the lock.
 */
public final class FaultyFileSystem implements FileSystem {
    private static final FaultyFile DIRECTORY = new FaultyFile();

    /** Kind of a call. */
    public enum Call {
        CREATE(true),
        WRITE(true),
        SYNC(true),
        TRUNCATE(true),
        DELETE(true),
        RENAME(true),
        LINK(true),
        CREATE_DIRECTORY(true),
        SYNC_DIRECTORY(true),
        OPEN(false),
        READ(false),
        LIST(false);

        private final boolean changing;

        Call(boolean changing) {
            this.changing = changing;
        }

        /** Whether the call changes what programs see or what is durable. */
        public boolean isChanging() {
            return changing;
        }
    }

    /** Asked before each call; what it throws is thrown instead of doing the call. */
    @FunctionalInterface
    public interface Fault {
        void before(Call call, Path path);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Path, FaultyFile> names = new TreeMap<>();
    private final TreeMap<Path, FaultyFile> durableNames = new TreeMap<>();

    /** States that names have had since their directory was synced, the present one left out; null: did not exist. */
    private final TreeMap<Path, List<@Nullable FaultyFile>> changedNames = new TreeMap<>();

    private final Set<Path> locks = ConcurrentHashMap.newKeySet();
    private volatile Fault fault = (call, path) -> {};
    private volatile long capacityBytes = Long.MAX_VALUE;
    private volatile boolean tornWrites;

    /** What a power cut does to unsynced blocks, lengths and names. */
    public enum Loss {
        /** Everything unsynced is gone. */
        ALL,
        /** Everything has reached the disk. */
        NONE,
        /** Each block, length and name by chance. */
        RANDOM,
        /** Names and lengths have reached the disk, each block by chance: holes full of zeros. */
        HOLES
    }

    /** Sets what is asked before each call. */
    public void setFault(Fault newFault) {
        fault = newFault;
    }

    /** Bytes that all files together may have; a write beyond is cut short and fails as on a full disk. */
    public void setCapacityBytes(long bytes) {
        capacityBytes = bytes;
    }

    /** Whether a write that the fault forbids leaves its first half behind, instead of nothing. */
    public void setTornWrites(boolean torn) {
        tornWrites = torn;
    }

    /** Length of all files together. */
    public long usedBytes() {
        return locked(() -> {
            Map<FaultyFile, Boolean> distinct = new IdentityHashMap<>();
            names.values().forEach(f -> distinct.put(f, true));
            return distinct.keySet().stream().mapToLong(FaultyFile::size).sum();
        });
    }

    /** An I/O error, as the real file system reports it. */
    public static StorageException ioError(Call call, Path path) {
        return new StorageException(
                "Cannot " + call + " " + path + ": Input/output error", new IOException("Input/output error"));
    }

    /**
     * What may be found after a power cut now. The result is independent of this file system and all of it is durable.
     */
    public FaultyFileSystem afterPowerCut(Loss loss, Random random) {
        return locked(() -> {
            FaultyFileSystem found = new FaultyFileSystem();
            Map<FaultyFile, FaultyFile> copies = new IdentityHashMap<>();
            copies.put(DIRECTORY, DIRECTORY);
            TreeMap<Path, FaultyFile> left = new TreeMap<>(durableNames);
            changedNames.forEach((path, earlier) -> {
                FaultyFile chosen = chooseName(path, earlier, loss, random);
                if (chosen == null) {
                    left.remove(path);
                } else {
                    left.put(path, chosen);
                }
            });
            left.forEach((path, file) -> {
                if (hasParent(left, path)) {
                    FaultyFile copy =
                            copies.computeIfAbsent(file, f -> FaultyFile.durable(f.afterPowerCut(loss, random)));
                    found.names.put(path, copy);
                    found.durableNames.put(path, copy);
                }
            });
            return found;
        });
    }

    /**
     * What may be found after the process was killed now: everything, but a power cut may still take what is not
     * durable. The result is independent.
     */
    public FaultyFileSystem afterKill() {
        return locked(() -> {
            FaultyFileSystem found = new FaultyFileSystem();
            Map<FaultyFile, FaultyFile> copies = new IdentityHashMap<>();
            copies.put(DIRECTORY, DIRECTORY);
            names.forEach((path, file) -> found.names.put(path, copyOf(file, copies)));
            durableNames.forEach((path, file) -> found.durableNames.put(path, copyOf(file, copies)));
            changedNames.forEach((path, earlier) -> {
                List<@Nullable FaultyFile> copied = new ArrayList<>();
                earlier.forEach(file -> copied.add(file == null ? null : copyOf(file, copies)));
                found.changedNames.put(path, copied);
            });
            return found;
        });
    }

    private static FaultyFile copyOf(FaultyFile file, Map<FaultyFile, FaultyFile> copies) {
        FaultyFile copy = copies.get(file);
        if (copy == null) {
            copy = file.copy();
            copies.put(file, copy);
        }
        return copy;
    }

    /** An independent copy in which everything is durable. */
    public FaultyFileSystem copy() {
        return locked(() -> {
            FaultyFileSystem copied = new FaultyFileSystem();
            names.forEach((path, file) -> {
                FaultyFile copy = file == DIRECTORY ? DIRECTORY : FaultyFile.durable(file.content());
                copied.names.put(path, copy);
                copied.durableNames.put(path, copy);
            });
            return copied;
        });
    }

    /** All files. */
    public List<Path> files() {
        return locked(() ->
                names.keySet().stream().filter(p -> names.get(p) != DIRECTORY).toList());
    }

    /** Content of a file. */
    public byte[] content(Path file) {
        return locked(() -> existing(file).content());
    }

    /** Puts a file, durable, in place of whatever is there; null takes it away. */
    public void replace(Path file, byte @Nullable [] content) {
        locked(() -> {
            if (content == null) {
                names.remove(file);
                durableNames.remove(file);
            } else {
                FaultyFile fresh = FaultyFile.durable(content.clone());
                names.put(file, fresh);
                durableNames.put(file, fresh);
            }
            return file;
        });
    }

    @Override
    public WritableFile create(Path file) {
        return calling(Call.CREATE, file, () -> {
            if (names.containsKey(file)) {
                throw new StorageException("Cannot create " + file + ": it exists", null);
            }
            requireDirectory(file);
            FaultyFile created = new FaultyFile();
            setName(file, created);
            return new Handle(file, created);
        });
    }

    @Override
    public WritableFile openForWrite(Path file) {
        return calling(Call.OPEN, file, () -> new Handle(file, existing(file)));
    }

    @Override
    public ReadableFile open(Path file) {
        return calling(Call.OPEN, file, () -> new Handle(file, existing(file)));
    }

    @Override
    public boolean exists(Path path) {
        return locked(() -> path.getParent() == null || names.containsKey(path));
    }

    @Override
    public boolean isVacant(Path path) {
        return calling(Call.LIST, path, () -> {
            FaultyFile there = names.get(path);
            return there == null
                    || there == DIRECTORY && names.keySet().stream().noneMatch(p -> path.equals(p.getParent()));
        });
    }

    @Override
    public List<String> list(Path directory) {
        return calling(Call.LIST, directory, () -> {
            List<String> found = new ArrayList<>();
            names.forEach((path, file) -> {
                if (file != DIRECTORY && directory.equals(path.getParent())) {
                    found.add(path.getFileName().toString());
                }
            });
            return found;
        });
    }

    @Override
    public void delete(Path file) {
        calling(Call.DELETE, file, () -> {
            if (names.containsKey(file)) {
                setName(file, null);
            }
            return file;
        });
    }

    @Override
    public void renameDurably(Path from, Path to) {
        Path directory = Objects.requireNonNull(to.getParent());
        calling(Call.OPEN, directory, () -> directory);
        rename(from, to);
        try {
            syncDirectory(directory);
        } catch (StorageException e) {
            throw new StorageException(String.valueOf(e.getMessage()), e); // nothing that may be tried again
        }
    }

    private void rename(Path from, Path to) {
        calling(Call.RENAME, from, () -> {
            FaultyFile moved = existing(from);
            setName(to, moved);
            setName(from, null);
            return to;
        });
    }

    @Override
    public void linkOrCopy(Path from, Path to) {
        calling(Call.LINK, to, () -> {
            if (names.containsKey(to)) {
                throw new StorageException("Cannot link " + to + ": it exists", null);
            }
            requireDirectory(to);
            setName(to, existing(from));
            return to;
        });
    }

    @Override
    public void createDirectories(Path directory) {
        if (exists(directory)) {
            return;
        }
        calling(Call.CREATE_DIRECTORY, directory, () -> {
            for (Path at = directory; at.getParent() != null && !names.containsKey(at); at = at.getParent()) {
                setName(at, DIRECTORY);
            }
            return directory;
        });
    }

    @Override
    public void syncDirectory(Path directory) {
        calling(Call.SYNC_DIRECTORY, directory, () -> {
            for (Path path : List.copyOf(changedNames.keySet())) {
                if (directory.equals(path.getParent())) {
                    changedNames.remove(path);
                    FaultyFile now = names.get(path);
                    if (now == null) {
                        durableNames.remove(path);
                    } else {
                        durableNames.put(path, now);
                    }
                }
            }
            return directory;
        });
    }

    @Override
    public long usableBytes(Path directory) {
        return capacityBytes == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, capacityBytes - usedBytes());
    }

    @Override
    public AutoCloseable lock(Path lockFile) {
        if (!locks.add(lockFile)) {
            throw new DatabaseLockedException(String.valueOf(lockFile.getParent()), -1, "unknown");
        }
        return () -> locks.remove(lockFile);
    }

    private static @Nullable FaultyFile pick(Collection<@Nullable FaultyFile> from, int index) {
        return new ArrayList<>(from).get(index);
    }

    private @Nullable FaultyFile chooseName(Path path, List<@Nullable FaultyFile> earlier, Loss loss, Random random) {
        if (loss == Loss.ALL) {
            return durableNames.get(path);
        }
        int index = loss == Loss.RANDOM ? random.nextInt(earlier.size() + 1) : earlier.size();
        return index == earlier.size() ? names.get(path) : pick(earlier, index);
    }

    private static boolean hasParent(Map<Path, FaultyFile> in, Path path) {
        for (Path at = path.getParent(); at != null && at.getParent() != null; at = at.getParent()) {
            if (!in.containsKey(at)) {
                return false;
            }
        }
        return true;
    }

    private void requireDirectory(Path file) {
        Path parent = file.getParent();
        if (parent != null && parent.getParent() != null && names.get(parent) != DIRECTORY) {
            throw new StorageException("Cannot create " + file + ": no such directory", null);
        }
    }

    private void setName(Path path, @Nullable FaultyFile file) {
        changedNames.computeIfAbsent(path, p -> new ArrayList<>()).add(names.get(path));
        if (file == null) {
            names.remove(path);
        } else {
            names.put(path, file);
        }
    }

    private FaultyFile existing(Path file) {
        FaultyFile found = names.get(file);
        if (found == null || found == DIRECTORY) {
            throw new StorageException("Cannot open " + file + ": no such file", null);
        }
        return found;
    }

    private <T> T calling(Call call, Path path, Supplier<T> action) {
        fault.before(call, path);
        return locked(action);
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** An open file. It goes on working after its name is gone, as on POSIX. */
    private final class Handle implements WritableFile, ReadableFile {
        private final Path path;
        private final FaultyFile file;
        private volatile boolean closed;

        Handle(Path path, FaultyFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public void write(ByteBuffer source, long position) {
            try {
                fault.before(Call.WRITE, path);
            } catch (StorageException e) {
                if (tornWrites) {
                    ByteBuffer half = source.slice();
                    half.limit(half.limit() / 2);
                    locked(() -> {
                        file.write(half, position);
                        return path;
                    });
                }
                throw e;
            }
            locked(() -> {
                checkOpen();
                long growth = Math.max(0, position + source.remaining() - file.size());
                long room = capacityBytes == Long.MAX_VALUE ? growth : Math.max(0, capacityBytes - usedBytes());
                if (growth > room) {
                    long fits = Math.max(0, file.size() + room - position);
                    ByteBuffer part = source.slice();
                    part.limit((int) Math.min(part.capacity(), fits));
                    file.write(part, position);
                    throw new StorageException(
                            "Cannot write to " + path + ": No space left on device",
                            new IOException("No space left on device"),
                            true);
                }
                file.write(source, position);
                return path;
            });
        }

        @Override
        public int read(ByteBuffer target, long position) {
            return calling(Call.READ, path, () -> {
                checkOpen();
                return file.read(target, position);
            });
        }

        private void loseSync() {
            locked(() -> {
                file.loseSync();
                return path;
            });
        }

        @Override
        public void sync() {
            try {
                fault.before(Call.SYNC, path);
            } catch (StorageException | Error e) {
                loseSync();
                throw e;
            }
            locked(() -> {
                checkOpen();
                file.sync();
                return path;
            });
        }

        @Override
        public void truncate(long bytes) {
            calling(Call.TRUNCATE, path, () -> {
                checkOpen();
                file.truncate(bytes);
                return path;
            });
        }

        @Override
        public long size() {
            return locked(file::size);
        }

        @Override
        public String name() {
            return path.toString();
        }

        @Override
        public void close() {
            closed = true;
        }

        private void checkOpen() {
            if (closed) {
                throw new IllegalStateException(path + " is used after it was closed");
            }
        }
    }
}
