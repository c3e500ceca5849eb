package io.flowdb.internal.manifest;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.frame.FileHeader;
import io.flowdb.internal.frame.Frame;
import io.flowdb.internal.frame.FrameReader;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.ReadableFile;
import io.flowdb.internal.io.WritableFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code MANIFEST}: which tables are live. A {@link FileHeader}, a frame with the whole state, then a frame
 * for each edit, then an empty one.
 *
 * <p>Before the first edit, and when edits have made the file long, a new one is written beside it and renamed over it,
 * so nothing is ever appended behind a torn end. Threads: any. Errors: {@link io.flowdb.error.StorageException}; after
 * the first failed write every later edit throws it again, unless the disk was full, or too many files were open, and
 * nothing of the edit was recorded. Source: docs/format/manifest.md, format 1.
 */
public final class Manifest implements AutoCloseable {
    /** "FlowMAN" and a zero byte. */
    private static final long MAGIC = 0x004e_414d_776f_6c46L;

    private static final int FORMAT = 1;
    private static final String NAME = "MANIFEST";
    private static final String NEW_NAME = "MANIFEST.new";
    private static final String UNFINISHED_NAME = "MANIFEST.unfinished";
    private static final long MIN_REWRITE_BYTES = 256 << 10;

    private final FileSystem fileSystem;
    private final Path path;
    private final ReentrantLock lock = new ReentrantLock(); // rank 50, docs/concurrency.md

    /** Null when the manifest has been written anew, until an edit needs it. */
    @GuardedBy("lock")
    private @Nullable WritableFile file;

    /** Log position behind the last frame, where the seal stands. */
    @GuardedBy("lock")
    private long endLsn;

    @GuardedBy("lock")
    private long stateBytes;

    @GuardedBy("lock")
    private @Nullable RuntimeException failure;

    @GuardedBy("lock")
    private ManifestState state;

    private final boolean foundSealed;

    private Manifest(FileSystem fileSystem, Path path, Stored found) {
        this.fileSystem = fileSystem;
        this.path = path;
        this.state = found.state;
        this.foundSealed = found.sealed;
    }

    /** What a file says. */
    private record Stored(ManifestState state, boolean sealed) {}

    /** Reads the state of {@code directory} and changes nothing; edits are refused until {@link #renew}. */
    public static Manifest open(FileSystem fileSystem, Path directory) {
        return openFile(fileSystem, directory.resolve(NAME));
    }

    /** The same with what {@link #writeUnfinished} has written. */
    public static Manifest openUnfinished(FileSystem fileSystem, Path directory) {
        return openFile(fileSystem, directory.resolve(UNFINISHED_NAME));
    }

    private static Manifest openFile(FileSystem fileSystem, Path path) {
        Manifest manifest = new Manifest(fileSystem, path, stored(fileSystem, path));
        manifest.fail(new StorageException("The manifest " + path + " has not been made anew", null));
        return manifest;
    }

    /**
     * Makes a fresh manifest of the state, once it is known to be right: what was there before, damage too, is gone
     * then. After {@link #open}, before the first edit.
     */
    public void renew() {
        lock.lock();
        try {
            endLsn = create(fileSystem, path, state);
            stateBytes = endLsn;
            failure = null;
        } finally {
            lock.unlock();
        }
    }

    /** Reads the state of {@code directory} and changes nothing; edits are refused. */
    public static Manifest readOnly(FileSystem fileSystem, Path directory) {
        if (!exists(fileSystem, directory)) {
            throw new StorageException("No database in " + directory + " to be read", null);
        }
        Path path = directory.resolve(NAME);
        Manifest manifest = new Manifest(fileSystem, path, stored(fileSystem, path));
        manifest.fail(new StorageException("The manifest " + path + " was opened read-only", null));
        return manifest;
    }

    /** The state that the manifest of {@code directory} records; {@link ManifestState#EMPTY} if there is none. */
    public static ManifestState read(FileSystem fileSystem, Path directory) {
        return stored(fileSystem, directory.resolve(NAME)).state;
    }

    private static Stored stored(FileSystem fileSystem, Path path) {
        if (!fileSystem.exists(path)) {
            return new Stored(ManifestState.EMPTY, true);
        }
        try (ReadableFile file = fileSystem.open(path)) {
            FileHeader header = FileHeader.decode(file.readExactly(0, FileHeader.BYTES), MAGIC, FORMAT, file.name());
            FrameReader reader = new FrameReader(file, header);
            ManifestState state = ManifestState.EMPTY;
            boolean any = false;
            boolean sealed = false;
            for (Frame frame = reader.peek(); frame != null; frame = reader.peek()) {
                if (frame.length() > 0) {
                    state = state.apply(ManifestEdit.decode(reader.payload(frame), file.name()));
                    any = true;
                }
                sealed = frame.length() == 0;
                reader.skip(frame);
            }
            /* The first frame was durable before the file got its name. */
            if (!any || reader.hasEvidenceOf(reader.lsn())) {
                throw new CorruptionException(file.name(), reader.position(), "no whole frame here, but there was one");
            }
            return new Stored(state, sealed);
        }
    }

    /** Makes a manifest that records {@code state}, in one step. */
    public static void write(FileSystem fileSystem, Path directory, ManifestState state) {
        create(fileSystem, directory.resolve(NAME), state);
    }

    /** The same by a name with which {@code directory} has no manifest yet, until {@link #finish}. */
    public static void writeUnfinished(FileSystem fileSystem, Path directory, ManifestState state) {
        create(fileSystem, directory.resolve(UNFINISHED_NAME), state);
    }

    /** Makes what {@link #writeUnfinished} has written, and edits since, the manifest, in one step; none is open. */
    public static void finish(FileSystem fileSystem, Path directory) {
        fileSystem.renameDurably(directory.resolve(UNFINISHED_NAME), directory.resolve(NAME));
    }

    /** Takes away the manifest, and what may be left of one that could not be written. */
    public static void delete(FileSystem fileSystem, Path directory) {
        for (String name : List.of(NAME, NEW_NAME, UNFINISHED_NAME)) {
            fileSystem.delete(directory.resolve(name));
        }
    }

    /** Whether {@code directory} has a manifest, which is to say a database. */
    public static boolean exists(FileSystem fileSystem, Path directory) {
        return fileSystem.exists(directory.resolve(NAME));
    }

    /** The state after all edits so far. */
    public ManifestState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the file that was found says that its last edit was durable. If not, there may be a later one, torn or
     * damaged.
     */
    public boolean wasFoundSealed() {
        return foundSealed;
    }

    /** Whether edits are refused, as nobody knows what the file says. If not, an edit that threw was not recorded. */
    public boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses every later edit: the owner's state is not that of the file. The first reason stays. */
    public void fail(RuntimeException reason) {
        lock.lock();
        try {
            failure = failure == null ? reason : failure;
        } finally {
            lock.unlock();
        }
    }

    /** Records an edit; it is durable on return. */
    public ManifestState apply(ManifestEdit edit) {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
            try {
                ManifestState after = state.apply(edit);
                if (endLsn > MIN_REWRITE_BYTES && endLsn > 4 * stateBytes) {
                    rewrite(after);
                } else {
                    append(edit.encode());
                }
                state = after;
                return after;
            } catch (NotRecorded e) {
                throw e.reason;
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            } catch (Error e) {
                /* Whether the edit is in the file is as unknown as after a failed write. */
                failure = new StorageException("An edit of the manifest ended half-way: " + e, e);
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Records, if it is not known yet, that ids below {@code nextFileId} have been used, though no live table may have
     * the highest of them.
     */
    public void keepUsed(long nextFileId) {
        if (nextFileId > state().nextFileId()) {
            apply(new ManifestEdit(List.of(), List.of(), 0, 0, nextFileId));
        }
    }

    /** Reads the file and checks that it says what is known of it. Not for a manifest that was opened read-only. */
    public void verify() {
        lock.lock();
        try {
            if (failure != null) {
                return; /* After a failed edit nobody knows what the file holds. */
            }
            byte[] stored = stored(fileSystem, path).state.asEdit().encode();
            String name = path.toString();
            if (!Arrays.equals(stored, state.asEdit().encode())) {
                throw new CorruptionException(name, -1, "the file does not hold what was written to it");
            }
            try (ReadableFile written = fileSystem.open(path)) {
                byte[] seal = frame(endLsn, new byte[0]);
                if (!Arrays.equals(seal, written.readExactly(FileHeader.BYTES + endLsn, seal.length))) {
                    throw new CorruptionException(name, FileHeader.BYTES + endLsn, "the last frame is not whole");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closeFile();
        } finally {
            lock.unlock();
        }
    }

    /** A full disk, or too many open files, have left the file as it was, but for bytes behind its seal. */
    private static final class NotRecorded extends RuntimeException {
        private final transient StorageException reason;

        NotRecorded(StorageException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    @GuardedBy("lock")
    private void closeFile() {
        WritableFile opened = file;
        file = null;
        if (opened != null) {
            opened.close();
        }
    }

    @GuardedBy("lock")
    private WritableFile openedFile() {
        WritableFile opened = file;
        if (opened == null) {
            opened = orNotRecorded(() -> fileSystem.openForWrite(path));
            file = opened;
        }
        return opened;
    }

    /** What a step gives that leaves the manifest as it is if it finds the disk full, or too many files open. */
    private static <T> T orNotRecorded(Supplier<T> step) {
        try {
            return step.get();
        } catch (StorageException e) {
            throw e.retryable() ? new NotRecorded(e) : e;
        }
    }

    @GuardedBy("lock")
    private void append(byte[] payload) {
        WritableFile to = openedFile();
        byte[] bytes = frame(endLsn, payload);
        long offset = FileHeader.BYTES + endLsn;
        /* With room for the seal, which must not be what finds the disk full. */
        byte[] withRoom = Arrays.copyOf(bytes, bytes.length + Frame.OVERHEAD_BYTES);
        try {
            to.write(ByteBuffer.wrap(withRoom), offset);
        } catch (StorageException e) {
            if (!e.diskFull()) {
                throw e;
            }
            /*
             * Over what was written of the edit, where the seal was: it may be all of it, without the room, and its
             * tables are about to be deleted.
             */
            seal(to, endLsn);
            to.sync();
            throw new NotRecorded(e);
        }
        to.sync();
        endLsn += bytes.length;
        seal(to, endLsn);
    }

    @GuardedBy("lock")
    private void rewrite(ManifestState after) {
        closeFile(); // some systems replace no open file
        endLsn = orNotRecorded(() -> create(fileSystem, path, after));
        stateBytes = endLsn;
    }

    /**
     * Writes the state to a file beside the manifest and makes that the manifest, durably; returns the log position
     * behind its frame.
     */
    private static long create(FileSystem fileSystem, Path path, ManifestState state) {
        Path fresh = path.resolveSibling(NEW_NAME);
        byte[] bytes = frame(0, state.asEdit().encode());
        fileSystem.delete(fresh);
        try (WritableFile file = fileSystem.create(fresh)) {
            file.write(ByteBuffer.wrap(new FileHeader(1, 0).encode(MAGIC, FORMAT)), 0);
            file.write(ByteBuffer.wrap(bytes), FileHeader.BYTES);
            file.sync();
            seal(file, bytes.length);
        }
        fileSystem.renameDurably(fresh, path);
        return bytes.length;
    }

    /*
     * An empty frame behind the last edit says that the edit had been durable: damage to it is then known as damage and
     * not taken for a torn end, which would turn tables into orphans. It needs no sync of its own, and the next edit is
     * written over it.
     */
    private static void seal(WritableFile file, long endLsn) {
        file.write(ByteBuffer.wrap(frame(endLsn, new byte[0])), FileHeader.BYTES + endLsn);
    }

    /* Every earlier frame was synced before this one is written, so damage before it is never a torn end. */
    private static byte[] frame(long lsn, byte[] payload) {
        byte[] bytes = new byte[Frame.OVERHEAD_BYTES + payload.length];
        new Frame(lsn, lsn, 0, payload.length, Crc32c.of(payload, 0, payload.length)).encodeHeader(bytes, 0);
        System.arraycopy(payload, 0, bytes, Frame.OVERHEAD_BYTES, payload.length);
        return bytes;
    }
}
