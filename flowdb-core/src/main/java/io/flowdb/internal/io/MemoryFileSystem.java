package io.flowdb.internal.io;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/** Files in memory, gone with the instance. Threads: any. */
public final class MemoryFileSystem implements FileSystem {
    private final ReentrantLock lock = new ReentrantLock(); // rank 95, docs/concurrency.md
    private final Map<Path, MemoryFile> files = new TreeMap<>(); // only within locked

    @Override
    public WritableFile create(Path file) {
        return locked(() -> {
            MemoryFile created = new MemoryFile(file);
            if (files.putIfAbsent(file, created) != null) {
                throw new StorageException("Cannot create " + file + ": it exists", null);
            }
            return created;
        });
    }

    @Override
    public WritableFile openForWrite(Path file) {
        return existing(file);
    }

    @Override
    public ReadableFile open(Path file) {
        return existing(file);
    }

    @Override
    public boolean exists(Path path) {
        return locked(
                () -> files.containsKey(path) || files.keySet().stream().anyMatch(f -> path.equals(f.getParent())));
    }

    @Override
    public boolean isVacant(Path path) {
        return locked(() -> files.keySet().stream().noneMatch(f -> f.startsWith(path)));
    }

    @Override
    public List<String> list(Path directory) {
        return locked(() -> {
            List<String> names = new ArrayList<>();
            for (Path file : files.keySet()) {
                if (directory.equals(file.getParent())) {
                    names.add(file.getFileName().toString());
                }
            }
            return names;
        });
    }

    @Override
    public void delete(Path file) {
        locked(() -> files.remove(file));
    }

    @Override
    public void renameDurably(Path from, Path to) {
        locked(() -> {
            MemoryFile moved = existing(from);
            files.remove(from);
            return files.put(to, moved);
        });
    }

    @Override
    public void linkOrCopy(Path from, Path to) {
        locked(() -> {
            if (files.containsKey(to)) {
                throw new StorageException("Cannot link " + to + ": it exists", null);
            }
            return files.put(to, existing(from));
        });
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public void syncDirectory(Path directory) {}

    @Override
    public long usableBytes(Path directory) {
        return Long.MAX_VALUE;
    }

    @Override
    public AutoCloseable lock(Path lockFile) {
        return () -> {};
    }

    private MemoryFile existing(Path file) {
        return locked(() -> {
            MemoryFile found = files.get(file);
            if (found == null) {
                throw new StorageException("Cannot open " + file + ": no such file", null);
            }
            return found;
        });
    }

    private <T> T locked(java.util.function.Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** Bytes in chunks, which take no copying as the file grows. */
    private static final class MemoryFile implements WritableFile, ReadableFile {
        private static final int CHUNK_BYTES = 64 << 10;

        private final Path path;
        private final ReentrantLock fileLock = new ReentrantLock(); // rank 96, docs/concurrency.md

        @GuardedBy("fileLock")
        private byte[][] chunks = new byte[4][];

        @GuardedBy("fileLock")
        private long size;

        MemoryFile(Path path) {
            this.path = path;
        }

        @Override
        public void write(ByteBuffer source, long position) {
            fileLock.lock();
            try {
                long end = position + source.remaining();
                int lastChunk = Math.toIntExact((end + CHUNK_BYTES - 1) / CHUNK_BYTES);
                if (lastChunk > chunks.length) {
                    chunks = Arrays.copyOf(chunks, Math.max(lastChunk, 2 * chunks.length));
                }
                for (long at = position; at < end; ) {
                    int chunk = (int) (at / CHUNK_BYTES);
                    int offset = (int) (at % CHUNK_BYTES);
                    int n = Math.min(CHUNK_BYTES - offset, source.remaining());
                    if (chunks[chunk] == null) {
                        chunks[chunk] = new byte[CHUNK_BYTES];
                    }
                    source.get(chunks[chunk], offset, n);
                    at += n;
                }
                size = Math.max(size, end);
            } finally {
                fileLock.unlock();
            }
        }

        @Override
        public int read(ByteBuffer target, long position) {
            fileLock.lock();
            try {
                int total = (int) Math.max(0, Math.min(target.remaining(), size - position));
                for (int done = 0; done < total; ) {
                    int chunk = (int) ((position + done) / CHUNK_BYTES);
                    int offset = (int) ((position + done) % CHUNK_BYTES);
                    int n = Math.min(CHUNK_BYTES - offset, total - done);
                    if (chunks[chunk] == null) {
                        target.put(new byte[n]);
                    } else {
                        target.put(chunks[chunk], offset, n);
                    }
                    done += n;
                }
                return total;
            } finally {
                fileLock.unlock();
            }
        }

        @Override
        public void truncate(long bytes) {
            fileLock.lock();
            try {
                int keep = (int) ((bytes + CHUNK_BYTES - 1) / CHUNK_BYTES);
                if (keep < chunks.length) {
                    Arrays.fill(chunks, keep, chunks.length, null);
                }
                if (bytes % CHUNK_BYTES != 0 && keep <= chunks.length && chunks[keep - 1] != null) {
                    Arrays.fill(chunks[keep - 1], (int) (bytes % CHUNK_BYTES), CHUNK_BYTES, (byte) 0);
                }
                size = Math.min(size, bytes);
            } finally {
                fileLock.unlock();
            }
        }

        @Override
        public void sync() {}

        @Override
        public long size() {
            fileLock.lock();
            try {
                return size;
            } finally {
                fileLock.unlock();
            }
        }

        @Override
        public String name() {
            return path.toString();
        }

        @Override
        public void close() {}
    }
}
