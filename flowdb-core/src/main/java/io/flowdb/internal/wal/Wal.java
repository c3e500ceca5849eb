package io.flowdb.internal.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.frame.FileHeader;
import io.flowdb.internal.frame.Frame;
import io.flowdb.internal.io.FileSystem;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The write-ahead log: frames in segments, one after the other by log position.
 *
 * <p>{@link #append} only copies into memory. {@link #write} hands everything appended so far to the operating system
 * and may sync it; one call serves every append before it, which is what group commit is made of.
 *
 * <p>Threads: any. Errors: {@link io.flowdb.error.StorageException}; after the first failed write or sync every later
 * call throws it again, as the log's end on disk is unknown. Source: docs/format/wal.md, format 1.
 */
public final class Wal implements AutoCloseable {
    private final FileSystem fileSystem;
    private final Path directory;
    private final WalOptions options;

    private final ReentrantLock syncLock = new ReentrantLock(); // rank 15, docs/concurrency.md
    private final ReentrantLock ioLock = new ReentrantLock(); // rank 20, docs/concurrency.md
    private final ReentrantLock appendLock = new ReentrantLock(); // rank 30, docs/concurrency.md

    @GuardedBy("appendLock")
    private PendingFrames pending = new PendingFrames();

    @GuardedBy("appendLock")
    private long appendedLsn;

    /** Empty between two writes; swapped with {@link #pending}. */
    @GuardedBy("ioLock")
    private PendingFrames spare = new PendingFrames();

    @GuardedBy("ioLock")
    private @Nullable SegmentWriter current;

    /** Segments that are full but hold bytes that no sync has covered yet. */
    @GuardedBy("ioLock")
    private final List<SegmentWriter> unsynced = new ArrayList<>();

    /** Closed or full segments, oldest first, kept until their content is in SSTs. */
    @GuardedBy("ioLock")
    private final Deque<SegmentInfo> older;

    private final ObsoleteSegments obsolete; // of the only caller of deleteBefore

    @GuardedBy("ioLock")
    private long nextSegment;

    @GuardedBy("ioLock")
    private long writtenLsn;

    @GuardedBy("ioLock")
    private long currentLastTag;

    @GuardedBy("ioLock")
    private long begunTag;

    @GuardedBy("ioLock")
    private long durableTag;

    @GuardedBy("ioLock")
    private @Nullable RuntimeException failure;

    /** Stands in for the failure when there is no memory to say more. */
    private final StorageException halfWay = new StorageException("A write of the log ended half-way", null);

    private volatile long durableLsn; // written under ioLock, read when a frame is built

    private Wal(FileSystem fileSystem, Path directory, WalOptions options, WalRecovery.Result found) {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.options = options;
        this.obsolete = new ObsoleteSegments(fileSystem, directory);
        this.appendedLsn = found.endLsn();
        this.writtenLsn = found.endLsn();
        this.durableLsn = found.endLsn();
        this.nextSegment = found.nextSegment();
        this.older = new ArrayDeque<>(found.segments());
    }

    /**
     * Reads the log from segment {@code firstSegment} on, hands every frame to {@code visitor}, calls
     * {@code beforeChanges}, cuts a torn end and returns the log ready for appending, what stays of it durable. Older
     * segments are deleted. Until {@code beforeChanges} returns no file is changed. The directory must exist, its name
     * durable.
     */
    public static Wal open(
            FileSystem fileSystem,
            Path directory,
            WalOptions options,
            long firstSegment,
            WalVisitor visitor,
            Runnable beforeChanges) {
        WalRecovery recovery = new WalRecovery(fileSystem, directory, firstSegment, visitor);
        WalRecovery.Result found = recovery.read();
        beforeChanges.run();
        recovery.repair();
        return new Wal(fileSystem, directory, options, found);
    }

    /**
     * Reads what segments there are from {@code firstSegment} on, without changing any file. The result must not be
     * written to.
     */
    public static Wal openReadOnly(
            FileSystem fileSystem, Path directory, WalOptions options, long firstSegment, WalVisitor visitor) {
        WalRecovery recovery = new WalRecovery(fileSystem, directory, firstSegment, visitor);
        return new Wal(fileSystem, directory, options, recovery.readBesideWriter());
    }

    /**
     * Reads the log that {@link #open} has found once more, and hands every frame to {@code visitor}. The visitor may
     * have segments deleted that it has been through. Before the first {@link #append}.
     */
    public void replay(WalVisitor visitor) {
        for (SegmentInfo segment : segments()) {
            SegmentCheck.read(fileSystem, directory, segment, visitor);
        }
    }

    /**
     * Adds a frame at the end of the log, in memory. {@code tag} must rise from call to call; the caller's lock sees to
     * that. A large payload is not copied: it must not change until a {@link #write} has returned.
     */
    public void append(long tag, byte[] payload, int length, int payloadCrc) {
        appendLock.lock();
        try {
            Frame frame = new Frame(appendedLsn, durableLsn, tag, length, payloadCrc);
            pending.add(frame, payload);
            appendedLsn = frame.endLsn();
        } finally {
            appendLock.unlock();
        }
    }

    /**
     * Hands everything appended before this call to the operating system, and syncs it if asked to. Returns the tag of
     * the last frame handed over, or synced, so far.
     */
    public long write(boolean sync) {
        if (!sync) {
            return writeAppended(false);
        }
        syncLock.lock();
        try {
            return writeAppended(true);
        } finally {
            syncLock.unlock();
        }
    }

    /** Tag of the last frame handed to the operating system; 0 if there was none since the log was opened. */
    public long writtenTag() {
        ioLock.lock();
        try {
            return currentLastTag;
        } finally {
            ioLock.unlock();
        }
    }

    /**
     * Tag of the last frame of which bytes may be in a file; after a failure nothing of the frames behind it ever will
     * be.
     */
    public long begunTag() {
        ioLock.lock();
        try {
            return begunTag;
        } finally {
            ioLock.unlock();
        }
    }

    /**
     * Throws if the frame with this tag, which {@link #write} has handed to the operating system, never became durable
     * as the log has failed. After {@link #close}.
     */
    public void checkDurable(long tag) {
        ioLock.lock();
        try {
            if (tag > durableTag) {
                throw new StorageException(
                        "The log could not be synced: a power failure may take what was written since its last sync",
                        failure);
            }
        } finally {
            ioLock.unlock();
        }
    }

    /**
     * Makes durable what the operating system has been handed so far; others may write while the disk works. False if
     * there was nothing to do.
     */
    public boolean sync() {
        syncLock.lock();
        try {
            List<SegmentWriter> full;
            SegmentWriter last;
            long upTo;
            long tag;
            ioLock.lock();
            try {
                checkUsable();
                if (durableLsn == writtenLsn && unsynced.isEmpty()) {
                    return false;
                }
                full = List.copyOf(unsynced);
                last = current;
                upTo = writtenLsn;
                tag = currentLastTag;
            } finally {
                ioLock.unlock();
            }
            syncSegments(full, last, upTo, tag);
            return true;
        } finally {
            syncLock.unlock();
        }
    }

    /**
     * After a {@link #write} that failed for want of space or of open files: forgets everything appended and not
     * written, as if it had never been.
     */
    public void rollBack() {
        ioLock.lock();
        try {
            checkUsable();
            try {
                PendingFrames taken = takePending();
                taken.clear();
                spare = taken;
                if (current != null) {
                    current.cutToWritten();
                }
                begunTag = currentLastTag;
                appendLock.lock();
                try {
                    appendedLsn = writtenLsn;
                } finally {
                    appendLock.unlock();
                }
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            } catch (Error e) {
                failHalfWay(e);
                throw e;
            }
        } finally {
            ioLock.unlock();
        }
    }

    /** Nobody knows what of it is in the file, so nothing may be written behind it. */
    @GuardedBy("ioLock")
    private void failHalfWay(Error e) {
        failure = halfWay; // stays if there is no memory for the other
        failure = new StorageException("A write of the log ended half-way: " + e, e);
    }

    /**
     * Ends the segment being written if all its frames have a tag at or below {@code tag}, and syncs the segments of
     * which that is true, so that {@link #firstSegmentAfter} can leave them behind and {@link #deleteBefore} can delete
     * them.
     */
    public void retireUpTo(long tag) {
        syncLock.lock();
        try {
            boolean unsyncedLeft;
            ioLock.lock();
            try {
                if (failure != null) {
                    return;
                }
                SegmentWriter segment = current;
                if (segment != null && currentLastTag <= tag) {
                    older.addLast(new SegmentInfo(segment.number(), currentLastTag, segment.sizeBytes()));
                    unsynced.add(segment);
                    current = null;
                }
                unsyncedLeft = isUnsyncedUpTo(tag);
            } finally {
                ioLock.unlock();
            }
            if (unsyncedLeft) {
                /*
                 * Later frames say that everything before them was durable, and until the manifest leaves the segment
                 * behind that must be true.
                 */
                sync();
            }
        } finally {
            syncLock.unlock();
        }
    }

    /**
     * Deletes the segments before {@code firstSegment}; only once the manifest has recorded that number. What cannot be
     * deleted is tried again by the next call. One call at a time.
     */
    public void deleteBefore(long firstSegment) {
        ioLock.lock();
        try {
            while (!older.isEmpty() && older.peekFirst().number() < firstSegment) {
                obsolete.add(older.removeFirst().number());
            }
        } finally {
            ioLock.unlock();
        }
        obsolete.delete();
    }

    /**
     * Number of the oldest segment that is still needed once all frames up to {@code tag} are in tables; for
     * {@link #deleteBefore}.
     */
    public long firstSegmentAfter(long tag) {
        ioLock.lock();
        try {
            for (SegmentInfo segment : older) {
                if (segment.lastTag() > tag || isUnsynced(segment)) {
                    return segment.number();
                }
            }
            return current == null ? nextSegment : current.number();
        } finally {
            ioLock.unlock();
        }
    }

    @GuardedBy("ioLock")
    private boolean isUnsyncedUpTo(long tag) {
        for (SegmentInfo segment : older) {
            if (segment.lastTag() <= tag && isUnsynced(segment)) {
                return true;
            }
        }
        return false;
    }

    @GuardedBy("ioLock")
    private boolean isUnsynced(SegmentInfo segment) {
        return unsynced.stream().anyMatch(full -> full.number() == segment.number());
    }

    /**
     * Reads and checks every frame that has been written and is still kept; returns the bytes of the segments. Others
     * may write meanwhile.
     */
    public long verify() {
        long bytes = 0;
        for (SegmentInfo segment : segments()) {
            try {
                SegmentCheck.read(fileSystem, directory, segment, (tag, payload, file, offset) -> {});
                bytes += segment.sizeBytes();
            } catch (FlowDbException e) {
                /* A flush may have deleted the segment since. */
                if (segments().stream().anyMatch(s -> s.number() == segment.number())) {
                    throw e;
                }
            }
        }
        return bytes;
    }

    private List<SegmentInfo> segments() {
        ioLock.lock();
        try {
            List<SegmentInfo> all = new ArrayList<>(older);
            if (current != null) {
                all.add(new SegmentInfo(current.number(), currentLastTag, current.sizeBytes()));
            }
            return all;
        } finally {
            ioLock.unlock();
        }
    }

    /** Bytes of all segments, without preallocated zeros. */
    public long sizeBytes() {
        return segments().stream().mapToLong(SegmentInfo::sizeBytes).sum();
    }

    /** Syncs what was appended, unless the log has failed, and closes the files. */
    @Override
    public void close() {
        syncLock.lock();
        ioLock.lock();
        try {
            try {
                if (failure == null) {
                    write(true);
                    writeClosingFrame();
                }
            } finally {
                closeFiles();
            }
        } finally {
            ioLock.unlock();
            syncLock.unlock();
        }
    }

    /**
     * An empty frame records that all before it was durable: damage found later is then known as such. Without space
     * for it, or open files, the log ends as after a crash: nothing is lost.
     */
    @GuardedBy("ioLock")
    private void writeClosingFrame() {
        if (current == null) {
            return;
        }
        append(currentLastTag, new byte[0], 0, 0);
        try {
            write(true);
        } catch (StorageException e) {
            if (failure != null) {
                throw e;
            }
            rollBack();
        }
    }

    @GuardedBy("ioLock")
    private void closeFiles() {
        assert ioLock.isHeldByCurrentThread();
        SegmentWriter whole = failure == null ? current : null;
        List<SegmentWriter> open = new ArrayList<>(unsynced);
        if (current != null) {
            open.add(current);
        }
        current = null;
        unsynced.clear();
        failure = failure == null ? new EngineClosedException("write-ahead log") : failure;
        SegmentWriter.closeAll(open, whole);
    }

    private long writeAppended(boolean sync) {
        ioLock.lock();
        try {
            checkUsable();
            PendingFrames group = takePending();
            boolean written = false;
            try {
                writeGroup(group);
                written = true;
                if (sync) {
                    syncAll();
                }
                return currentLastTag;
            } catch (RuntimeException e) {
                /*
                 * A write that fails for want of space, or of open files, counts as not begun: the owner may roll back
                 * and go on. A failed sync stays.
                 */
                if (written || !(e instanceof StorageException s && s.retryable())) {
                    failure = e;
                }
                throw e;
            } catch (Error e) {
                failHalfWay(e);
                throw e;
            } finally {
                group.clear();
                spare = group;
            }
        } finally {
            ioLock.unlock();
        }
    }

    /**
     * Called with syncLock held, so that nobody else closes these segments meanwhile. {@code last} may grow, and become
     * full, while it is synced: what came behind {@code upTo} is for the next sync.
     */
    private void syncSegments(List<SegmentWriter> full, @Nullable SegmentWriter last, long upTo, long tag) {
        try {
            for (SegmentWriter segment : full) {
                segment.sync();
            }
            if (last != null) {
                last.sync();
            }
        } catch (RuntimeException | Error e) {
            failSync(e);
            throw e;
        }
        ioLock.lock();
        try {
            for (SegmentWriter segment : full) {
                unsynced.remove(segment);
                segment.close();
            }
            durableLsn = Math.max(durableLsn, upTo);
            durableTag = Math.max(durableTag, tag);
        } finally {
            ioLock.unlock();
        }
    }

    /**
     * The first failure stays. An error may hide one of the disk, after which the next sync would succeed without
     * having made anything durable.
     */
    private void failSync(Throwable e) {
        ioLock.lock();
        try {
            if (failure == null && e instanceof Error error) {
                failHalfWay(error);
            } else if (failure == null) {
                failure = (RuntimeException) e;
            }
        } finally {
            ioLock.unlock();
        }
    }

    @GuardedBy("ioLock")
    private void checkUsable() {
        if (failure != null) {
            throw failure;
        }
    }

    @GuardedBy("ioLock")
    private PendingFrames takePending() {
        appendLock.lock();
        try {
            PendingFrames taken = pending;
            pending = spare;
            return taken;
        } finally {
            appendLock.unlock();
        }
    }

    @GuardedBy("ioLock")
    private void writeGroup(PendingFrames group) {
        if (group.isEmpty()) {
            return;
        }
        SegmentWriter segment = current;
        if (segment == null || segment.sizeBytes() >= options.segmentBytes()) {
            segment = rotate(group.firstLsn());
        }
        begunTag = group.lastTag();
        segment.write(group.buffers());
        writtenLsn = group.endLsn();
        currentLastTag = group.lastTag();
    }

    @GuardedBy("ioLock")
    private SegmentWriter rotate(long baseLsn) {
        FileHeader header = new FileHeader(nextSegment, baseLsn);
        SegmentWriter created = SegmentWriter.create(fileSystem, directory, header, options.preallocate());
        SegmentWriter full = current;
        if (full != null) {
            older.addLast(new SegmentInfo(full.number(), currentLastTag, full.sizeBytes()));
            unsynced.add(full);
        }
        nextSegment++;
        current = created;
        return created;
    }

    @GuardedBy("ioLock")
    private void syncAll() {
        if (durableLsn == writtenLsn) {
            return;
        }
        while (!unsynced.isEmpty()) {
            SegmentWriter full = unsynced.get(0);
            full.sync();
            full.close();
            unsynced.remove(0);
        }
        if (current != null) {
            current.sync();
        }
        durableLsn = writtenLsn;
        durableTag = currentLastTag;
    }
}
