package io.flowdb.json;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.CommitOutcome;
import io.flowdb.Preconditions;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.ChangeGapException;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.EngineClosedException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives committed changes to change feeds in commit order. They are kept ({@link KeptChanges}) in memory since the
 * first feed, or in the store below ({@link ChangeRecords}) since recording was begun.
 *
 * <p>Commits return in any order. A commit that is under way will get a sequence number above the newest one at its
 * begin, so a finished one may be given out as soon as its number is not above the begin of any that is under way.
 * Threads: any.
 */
final class ChangeLog {
    /** The largest record of a commit is this fraction of the largest batch of the store below. */
    private static final int RECORD_PART = 4;

    /** Room for the catalog, counters and the heads of a record's parts. */
    private static final long BESIDE_RECORD_BYTES = 4L << 20;

    private enum Mode {
        /** Nobody wants changes. */
        OFF,
        /** Changes are kept in memory. */
        LIVE,
        /** Each commit writes a record. */
        RECORDING
    }

    private final Database database;
    private final ChangeRetention retention;
    private final ChangeRecords records;
    /**
     * Held shared by each commit. Whoever takes it exclusively, to change the mode or to close, knows that no commit is
     * under way. Rank 3 in docs/concurrency.md.
     */
    private final ReentrantReadWriteLock activation = new ReentrantReadWriteLock();
    /** Rank 97 in docs/concurrency.md. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition grown = lock.newCondition();
    private volatile Mode mode = Mode.OFF; // changed under the write lock of activation

    @GuardedBy("lock")
    private final Set<Pending> underWay = new HashSet<>();

    /** For each commit under way the newest sequence number at its begin, with how many commits began there. */
    @GuardedBy("lock")
    private final TreeMap<Long, Integer> begins = new TreeMap<>();

    /** Finished commits that may have to wait for an earlier one, by sequence number. */
    @GuardedBy("lock")
    private final TreeMap<Long, KeptChanges.Entry> finished = new TreeMap<>();

    /** What feeds find. */
    @GuardedBy("lock")
    private final KeptChanges kept;

    @GuardedBy("lock")
    private long lastTicket;

    /** Feeds that are open; those that nobody holds any more leave by themselves. */
    @GuardedBy("lock")
    private final Set<ChangeFeed> readers = Collections.newSetFromMap(new WeakHashMap<>());

    @GuardedBy("lock")
    private boolean closed;

    ChangeLog(Database database) {
        this.database = database;
        this.retention = database.limits.changeRetention();
        this.records = new ChangeRecords(database.store);
        this.kept = new KeptChanges(retention);
    }

    /** The changes of one commit. */
    record Committed(long seqno, List<RecordedChange> changes) {}

    /** A commit under way. Threads: the committing one. */
    static final class Pending {
        private static final Pending UNWATCHED = new Pending(List.of(), 0, null, true);

        private final @Nullable List<RecordedChange> changes;
        private final long bytes;
        private final byte @Nullable [] record;
        private final boolean lasting;
        private long begin;
        private long ticket = KeptChanges.NO_TICKET;
        private ChangeRecords.@Nullable Trim trim;

        private Pending(@Nullable List<RecordedChange> changes, long bytes, byte @Nullable [] record, boolean lasting) {
            this.changes = changes;
            this.bytes = bytes;
            this.record = record;
            this.lasting = lasting;
        }

        private KeptChanges.Entry committed(long seqno) {
            return new KeptChanges.Entry(seqno, ticket, bytes, lasting, changes);
        }

        /** Whether somebody wants to know what the commit changes. */
        boolean watched() {
            return this != UNWATCHED;
        }
    }

    boolean isActive() {
        return mode != Mode.OFF;
    }

    boolean isRecording() {
        return mode == Mode.RECORDING;
    }

    /** Takes up the records in the store; called once, before the database is shared. */
    void load() {
        lock.lock();
        try {
            List<ChangeRecords.Found> found = records.list();
            found.forEach(record -> lastTicket = Math.max(lastTicket, record.ticket()));
            kept.load(records.start(), database.store.lastSeqno(), found);
            mode = Mode.RECORDING;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps changes in memory from now on, unless they are kept already. */
    void watch() {
        if (mode == Mode.OFF) {
            become(Mode.LIVE, Mode.OFF);
        }
    }

    /** From now on each commit writes a record; returns the sequence number after which all do. */
    long startRecording() {
        if (records.exist()) {
            WriteBatch leftover = new WriteBatch();
            ChangeRecords.removeAll(leftover);
            database.store.commit(leftover, Preconditions.NONE, WriteOptions.DEFAULT);
        }
        become(Mode.LIVE, Mode.OFF);
        return become(Mode.RECORDING, Mode.LIVE);
    }

    /** Takes {@link #startRecording} back. */
    void stopRecording() {
        become(Mode.LIVE, Mode.RECORDING);
    }

    /** Changes the mode, once no commit is under way. */
    private long become(Mode next, Mode from) {
        activation.writeLock().lock();
        lock.lock();
        try {
            long newest = database.store.lastSeqno();
            if (mode == Mode.OFF) {
                kept.startAt(newest);
            }
            if (mode == from) {
                mode = next;
            }
            return newest;
        } finally {
            lock.unlock();
            activation.writeLock().unlock();
        }
    }

    /** Returns once every commit that is under way has ended. */
    void awaitCommits() {
        activation.writeLock().lock();
        activation.writeLock().unlock();
    }

    /** Returns once every commit that is under way has ended; false if they have not within {@code nanos}. */
    boolean awaitCommits(long nanos) {
        try {
            if (!activation.writeLock().tryLock(nanos, TimeUnit.NANOSECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        activation.writeLock().unlock();
        return true;
    }

    /**
     * Announces a commit; {@link #end} must follow. Null, and nothing announced, if changes are wanted that are not
     * there. Errors: {@link EngineClosedException} once the database is being closed.
     */
    @Nullable
    Pending begin(Supplier<CommitChanges> changes) {
        activation.readLock().lock();
        Pending pending = null;
        try {
            database.checkOpen();
            pending = mode == Mode.OFF ? Pending.UNWATCHED : announced(changes.get());
            return pending;
        } finally {
            if (pending == null) {
                activation.readLock().unlock();
            }
        }
    }

    private @Nullable Pending announced(CommitChanges changes) {
        if (changes.list() == null && !mayForget(changes.bytes())) {
            return null;
        }
        Pending pending = pending(changes);
        lock.lock();
        try {
            pending.begin = database.store.lastSeqno();
            begins.merge(pending.begin, 1, Integer::sum);
            underWay.add(pending);
            if (pending.record != null) {
                lastTicket = Math.max(lastTicket + 1, database.nowMicros());
                pending.ticket = lastTicket;
                pending.trim = nextTrim();
            }
        } finally {
            lock.unlock();
        }
        return pending;
    }

    private Pending pending(CommitChanges changes) {
        List<RecordedChange> list = mayForget(changes.bytes()) ? null : changes.list();
        boolean tooLarge = isMoreThanKept(changes.bytes());
        if (mode != Mode.RECORDING || changes.isEmpty()) {
            return new Pending(list, changes.bytes(), null, !tooLarge);
        }
        if (tooLarge || list == null) {
            return new Pending(list, changes.bytes(), ChangeRecords.tooLarge(), false);
        }
        byte[] record = ChangeRecords.encode(list);
        return new Pending(list, record.length, record, true);
    }

    /** Whether changes of one commit are too many to be kept longer than until the next one. */
    private boolean isMoreThanKept(long bytes) {
        return bytes > (mode == Mode.RECORDING ? mostRecorded() : Math.min(retention.bytes(), HeapShare.COMMIT_BYTES));
    }

    private long mostRecorded() {
        long most = database.store.limits().maxBatchBytes() / RECORD_PART;
        return Math.min(retention.bytes(), Math.min(most, HeapShare.COMMIT_BYTES));
    }

    /** What a record, and what goes with it, takes in a batch at most. */
    long maxRecordBytes() {
        return mostRecorded() + BESIDE_RECORD_BYTES;
    }

    /** A feed that will read each commit from now on, until it is closed or forgotten. */
    void opened(ChangeFeed feed) {
        lock.lock();
        try {
            readers.add(feed);
        } finally {
            lock.unlock();
        }
    }

    /** A feed that reads no more; whoever waits in it is let go. */
    void closed(ChangeFeed feed) {
        lock.lock();
        try {
            readers.remove(feed);
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody will get the changes of a commit: they are more than is kept, and no feed is open. */
    boolean mayForget(long bytes) {
        if (!isMoreThanKept(bytes)) {
            return false;
        }
        lock.lock();
        try {
            return readers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Adds the record of a commit to its batch. */
    void addRecord(Pending pending, WriteBatch batch) {
        ChangeRecords.Trim trim = pending.trim;
        if (trim != null) {
            ChangeRecords.trim(batch, trim);
        }
        if (pending.record != null) {
            ChangeRecords.add(batch, pending.ticket, pending.record);
        }
    }

    @GuardedBy("lock")
    private ChangeRecords.@Nullable Trim nextTrim() {
        if (!kept.isTrimDue()) {
            return null;
        }
        long to = lastTicket;
        for (Pending pending : underWay) {
            to = pending.ticket == KeptChanges.NO_TICKET ? to : Math.min(to, pending.ticket);
        }
        for (KeptChanges.Entry entry : finished.values()) {
            to = entry.ticket == KeptChanges.NO_TICKET ? to : Math.min(to, entry.ticket);
        }
        return kept.beginTrim(to);
    }

    /** Ends a commit; {@code outcome} is null if it failed. */
    void end(Pending pending, @Nullable CommitOutcome outcome) {
        if (pending.watched()) {
            lock.lock();
            try {
                begins.merge(pending.begin, -1, (a, b) -> a + b == 0 ? null : a + b);
                underWay.remove(pending);
                if (pending.trim != null) {
                    kept.endTrim(pending.trim, outcome instanceof CommitOutcome.Committed);
                }
                if (outcome instanceof CommitOutcome.Committed committed
                        && (pending.changes == null || !pending.changes.isEmpty())) {
                    finished.put(committed.seqno(), pending.committed(committed.seqno()));
                }
                release();
            } finally {
                lock.unlock();
            }
        }
        activation.readLock().unlock();
    }

    /** Moves finished commits that no other can precede to where feeds find them. */
    @GuardedBy("lock")
    private void release() {
        long upTo = begins.isEmpty() ? Long.MAX_VALUE : begins.firstKey();
        boolean any = false;
        while (!finished.isEmpty() && finished.firstKey() <= upTo) {
            kept.add(finished.pollFirstEntry().getValue());
            any = true;
        }
        kept.evict();
        if (any) {
            grown.signalAll();
        }
    }

    /** Throws unless every change after {@code seqno} is kept. */
    void check(long seqno) {
        lock.lock();
        try {
            checkKept(seqno);
            if (seqno > database.store.lastSeqno()) {
                throw gap(seqno);
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void checkKept(long seqno) {
        if (seqno < kept.completeAfter()) {
            throw gap(seqno);
        }
    }

    @GuardedBy("lock")
    private ChangeGapException gap(long asked) {
        return new ChangeGapException(asked, kept.completeAfter(), database.store.lastSeqno());
    }

    /**
     * The first commit after {@code seqno}, waiting for it up to {@code nanos} or until {@code ended}; null if there
     * was none.
     */
    @Nullable
    Committed next(long seqno, long nanos, BooleanSupplier ended) throws InterruptedException {
        KeptChanges.Entry found;
        List<RecordedChange> changes;
        lock.lockInterruptibly();
        try {
            long rest = nanos;
            while (true) {
                checkOpen();
                checkKept(seqno);
                found = kept.after(seqno);
                if (found != null) {
                    changes = found.changes();
                    break;
                }
                if (rest <= 0 || ended.getAsBoolean()) {
                    return null;
                }
                rest = grown.awaitNanos(rest);
            }
        } finally {
            lock.unlock();
        }
        return new Committed(found.seqno, changes != null ? changes : read(seqno, found));
    }

    private List<RecordedChange> read(long after, KeptChanges.Entry entry) {
        List<RecordedChange> changes = records.read(entry.ticket);
        if (changes != null) {
            return changes;
        }
        check(after);
        throw new CorruptionException("change record", -1, "the record of commit " + entry.seqno + " is missing");
    }

    /** Waits until {@code wanted}. */
    void await(BooleanSupplier wanted) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!wanted.getAsBoolean()) {
                checkOpen();
                grown.await();
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void checkOpen() {
        if (closed) {
            throw new EngineClosedException("database");
        }
    }

    /** Lets everyone who waits look again at what they wait for. */
    void wake() {
        lock.lock();
        try {
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The newest number up to which everything can be given out. */
    long completeUpTo() {
        lock.lock();
        try {
            return kept.completeUpTo();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
