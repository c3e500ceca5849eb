package io.flowdb.json;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.CommitOutcome;
import io.flowdb.OrderedStore;
import io.flowdb.Preconditions;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.base.StackRoom;
import io.flowdb.internal.json.DocumentCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all parts of one {@link JsonDB} share: the store below, the current catalog, counters, counts, change feed.
 *
 * <p>A write reads from a snapshot and commits on condition that nothing it depends on was changed since, its part of
 * the catalog among it. A snapshot and a catalog fit together if the catalog is the one that the snapshot holds.
 * Readers, who take what is there, never wait; writers wait until no other catalog is on its way and nobody has the
 * database to himself, as they would conflict. While one thread has the database to itself, commits of all others
 * conflict, whenever they began. Threads: any.
 */
final class Database {
    private static final int SPINS = 4;
    private static final long MAX_PAUSE_NANOS = 2_000_000;

    final OrderedStore store;
    final JsonLimits limits;
    final LongSupplier clockMicros;

    /** Time to live of documents whose store and whose put name none; null if they stay. */
    final @Nullable Duration defaultTtl;

    final DocumentCodec codec;
    final Counters counters;
    final StoreCounts counts;
    final ChangeLog changeLog;
    /** Held by whoever changes the schema. Rank 1 in docs/concurrency.md. */
    final ReentrantLock schemaLock = new ReentrantLock();

    private volatile State state = new State(Catalog.EMPTY, 0, null, false, List.of());
    private volatile boolean closed; // set once; what begins later is refused

    @GuardedBy("schemaLock")
    private boolean ended;

    /**
     * The published catalog.
     *
     * @param seqno of the commit that wrote it
     * @param next the catalog whose commit may be under way, or null
     * @param exclusive whether one thread has the database to itself, for long
     * @param leftOver what indexes have left that the stored catalog may still name as being built, and nobody keeps;
     *     goes with the next catalog
     */
    private record State(
            Catalog catalog, long seqno, @Nullable Catalog next, boolean exclusive, List<Range> leftOver) {
        /** After the commit of another catalog, which has removed what was left over. */
        State published(Catalog committed, CommitOutcome.Committed commit) {
            return new State(committed, commit.seqno(), null, exclusive, List.of());
        }

        State publishing(Catalog nextCatalog) {
            return new State(catalog, seqno, nextCatalog, exclusive, leftOver);
        }

        State exclusive(boolean now) {
            return new State(catalog, seqno, next, now, leftOver);
        }

        /** The catalog that {@code snapshot}, which was taken before, holds; null if it is older than this. */
        @Nullable
        Catalog in(StoreSnapshot snapshot) {
            if (snapshot.seqno() < seqno) {
                return null;
            }
            if (next == null) {
                return catalog;
            }
            StoredValue stored = snapshot.get(Catalog.KEY);
            return stored == null || stored.seqno() <= seqno ? catalog : next;
        }
    }

    Database(OrderedStore store, JsonLimits limits, LongSupplier clockMicros) {
        this.store = store;
        this.limits = Objects.requireNonNull(limits, "limits");
        this.clockMicros = Objects.requireNonNull(clockMicros, "clockMicros");
        this.defaultTtl = store.capabilities().defaultTtl();
        this.codec = new DocumentCodec(limits.maxDocumentBytes(), limits.maxDepth());
        this.counters = new Counters(this);
        this.changeLog = new ChangeLog(this);
        this.counts = new StoreCounts(store, changeLog);
    }

    /** Reads the catalog; called once, before the database is shared. */
    void load() {
        try (StoreSnapshot snapshot = store.snapshot()) {
            StoredValue stored = snapshot.get(Catalog.KEY);
            if (stored != null) {
                state = new State(Catalog.fromBytes(stored.value()), stored.seqno(), null, false, List.of());
            }
            state.catalog.checkComplete(snapshot);
        }
        if (state.catalog.recording) {
            if (limits.changeRetention().durable()) {
                changeLog.load();
            } else if (!isReadOnly()) {
                WriteBatch batch = new WriteBatch();
                ChangeRecords.removeAll(batch);
                publish(state.catalog.withRecording(false), batch);
            }
        }
    }

    /** Most bytes a transaction may buffer: what the limits say, or less in a small heap. */
    long maxTransactionBytes() {
        return Math.min(limits.maxTransactionBytes(), HeapShare.BYTES);
    }

    /** Whether nothing can be written to the store below. */
    boolean isReadOnly() {
        return store.capabilities().readOnly();
    }

    /** Keeps what commits change from now on, durably if the limits say so. */
    void keepChanges() {
        if (!limits.changeRetention().durable() || isReadOnly()) {
            changeLog.watch();
        } else if (!changeLog.isRecording()) {
            startRecording();
        }
    }

    private void startRecording() {
        lockSchema();
        try {
            checkOpen();
            if (!changeLog.isRecording()) {
                WriteBatch batch = new WriteBatch();
                long start = changeLog.startRecording();
                ChangeRecords.putStart(batch, start);
                boolean done = false;
                try {
                    publish(state.catalog.withRecording(true), batch);
                    done = true;
                } finally {
                    if (!done) {
                        changeLog.stopRecording();
                    }
                }
            }
        } finally {
            schemaLock.unlock();
        }
    }

    /** The newest catalog, for single reads of the newest state. */
    Catalog catalog() {
        checkOpen();
        return state.catalog;
    }

    /** Reads the newest state; each read sees what is committed at that moment. */
    StoreView latest() {
        return new StoreView(store, store.latest());
    }

    /**
     * A snapshot with its catalog, to read; waits for nobody. Errors: {@link IllegalStateException} in the steps of a
     * migration, which have a state of their own.
     */
    Session open() {
        while (true) {
            checkOpen();
            StoreSnapshot snapshot = store.snapshot();
            boolean opened = false;
            try {
                checkNotInMigration();
                Catalog catalog = state.in(snapshot);
                if (catalog != null) {
                    opened = true;
                    return new Session(snapshot, catalog, new StoreView(store, snapshot));
                }
            } finally {
                if (!opened) {
                    snapshot.close();
                }
            }
        }
    }

    /**
     * A snapshot with its catalog, to commit what depends on it; waits until the catalog stays and nobody has the
     * database to himself.
     */
    Session openToWrite() {
        for (int failures = 0; ; failures++) {
            checkOpen();
            StoreSnapshot snapshot = store.snapshot();
            State current = state;
            if (!current.exclusive && current.next == null && current.seqno <= snapshot.seqno()) {
                return new Session(snapshot, current.catalog, new StoreView(store, snapshot));
            }
            snapshot.close();
            if (current.exclusive) {
                awaitSchemaChange();
            } else {
                pause(failures);
            }
        }
    }

    /**
     * Takes the schema lock for a change from outside; a migration, which holds it, does not see what its steps change
     * beside it.
     */
    void lockSchema() {
        schemaLock.lock();
        if (state.exclusive) {
            schemaLock.unlock();
            throw inMigration();
        }
    }

    /** Throws in the steps of a migration: what others commit there it would not see. */
    void checkNotInMigration() {
        if (state.exclusive && schemaLock.isHeldByCurrentThread()) {
            throw inMigration();
        }
    }

    private void awaitSchemaChange() {
        if (schemaLock.isHeldByCurrentThread()) {
            throw inMigration();
        }
        schemaLock.lock();
        schemaLock.unlock();
    }

    private static IllegalStateException inMigration() {
        return new IllegalStateException(
                "the database was used inside a migration; use the migration and its documents()");
    }

    /** A snapshot with its catalog for the thread that holds everyone else off. */
    Session openExclusively() {
        checkOpen();
        StoreSnapshot snapshot = store.snapshot();
        return new Session(snapshot, state.catalog, new StoreView(store, snapshot));
    }

    /**
     * Runs {@code body} while other threads wait in {@link #openToWrite()}; the schema lock is held. Nobody else
     * commits documents meanwhile: what was under way has ended when {@code body} is called, and what had begun before
     * will conflict.
     */
    void exclusively(Runnable body) {
        state = state.exclusive(true);
        try {
            changeLog.awaitCommits();
            body.run();
        } finally {
            state = state.exclusive(false);
        }
    }

    /**
     * Lets go of all indexes that are being built, without a commit: later writers do not keep them, and what they have
     * left goes with the next catalog, or at the next opening, as the stored catalog names them still. The schema lock
     * is held.
     */
    void abandonBuilding() {
        State present = state;
        List<Range> leftOver = new ArrayList<>(present.leftOver);
        Catalog without = present.catalog;
        for (StoreDef def : present.catalog.stores()) {
            List<Range> gone = def.building().stream()
                    .map(index -> new Range(index.prefix, index.end))
                    .toList();
            if (!gone.isEmpty()) {
                leftOver.addAll(gone);
                without = without.with(def.withoutBuilding(), without.nextId);
            }
        }
        state = new State(without, present.seqno, null, present.exclusive, List.copyOf(leftOver));
    }

    /** One attempt at a write: reads from the session and adds changes to the plan. */
    @FunctionalInterface
    interface Attempt<R extends @Nullable Object> {
        R run(Session session, CommitPlan plan);
    }

    /** Runs {@code attempt} and commits its plan, as often as it takes. */
    <R extends @Nullable Object> R write(Attempt<R> attempt) {
        return write(attempt, Integer.MAX_VALUE);
    }

    /**
     * As {@link #write(Attempt)}, but throws the conflict after more than {@code mostFailures} in a row: an attempt
     * that calls code of the application may cause the conflicts itself.
     */
    <R extends @Nullable Object> R write(Attempt<R> attempt, int mostFailures) {
        for (int failures = 0; ; failures++) {
            try (Session session = openToWrite()) {
                CommitPlan plan = new CommitPlan(this, session.snapshot());
                R result = attempt.run(session, plan);
                CommitOutcome outcome = commit(plan);
                if (outcome instanceof CommitOutcome.Committed) {
                    return result;
                }
                if (failures >= mostFailures && outcome instanceof CommitOutcome.Conflict conflict) {
                    throw plan.conflictAt(conflict.precondition(), session.catalog());
                }
            }
            pause(failures);
        }
    }

    /**
     * The newest commit of a catalog that is no matter to those who write {@code stores} as {@code session} knows them;
     * else that of the session.
     */
    long unconcernedUntil(Session session, Set<String> stores) {
        State present = state;
        for (int failures = 0; present.next != null; failures++) {
            pause(failures); // else the commit that is under way would be a conflict for all
            present = state;
        }
        Catalog catalog = present.catalog;
        boolean unconcerned = catalog.recording == session.catalog().recording
                && catalog.version() == session.catalog().version()
                && stores.stream()
                        .allMatch(name -> session.catalog().store(name).isStill(catalog.find(name)));
        return unconcerned ? present.seqno : session.snapshot().seqno();
    }

    /** Commits a plan; one without changes and operations is committed already. */
    CommitOutcome commit(CommitPlan plan) {
        if (plan.changes.isEmpty()
                && plan.batch().isEmpty()
                && plan.preconditions().ranges().isEmpty()
                && plan.preconditions().keys().size() <= 1) {
            return new CommitOutcome.Committed(0);
        }
        StackRoom.checkForMaintenance(); // more than the engine asks for, once the commit is announced
        plan.build();
        Runnable moveCounters = counters.cover(plan);
        ChangeLog.Pending pending = changeLog.begin(() -> CommitChanges.of(plan));
        if (pending == null) {
            return new CommitOutcome.Conflict(0);
        }
        CommitOutcome outcome = null;
        try {
            if (state.exclusive && !schemaLock.isHeldByCurrentThread()) {
                return new CommitOutcome.Conflict(0);
            }
            changeLog.addRecord(pending, plan.batch());
            outcome = counted(plan);
        } finally {
            changeLog.end(pending, outcome);
        }
        if (outcome instanceof CommitOutcome.Committed) {
            moveCounters.run(); // behind the locks of the commit, whose rank is higher
        }
        return outcome;
    }

    private CommitOutcome counted(CommitPlan plan) {
        StoreCounts.Begun begun = counts.begin(plan);
        CommitOutcome outcome = null;
        try {
            outcome = plan.commit(store);
            return outcome;
        } finally {
            counts.end(begun, plan, outcome);
        }
    }

    /** Waits a little, longer after more failures. */
    static void pause(int failures) {
        if (failures < SPINS) {
            Thread.onSpinWait();
            return;
        }
        long most = Math.min(MAX_PAUSE_NANOS, 1000L << Math.min(failures, 20));
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most / 2, most));
    }

    /**
     * Commits another catalog. Writers whom it concerns and that began before will conflict, those that begin meanwhile
     * wait. The schema lock is held, or nobody else has the database yet.
     *
     * @param batch further operations of the same commit
     */
    void publish(Catalog catalog, WriteBatch batch) {
        publishing(catalog, batch, () -> store.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT));
    }

    /** As {@link #publish(Catalog, WriteBatch)}, unless a precondition of the plan fails. */
    CommitOutcome publish(Catalog catalog, CommitPlan plan) {
        return publishing(catalog, plan.batch(), () -> commit(plan));
    }

    private CommitOutcome publishing(Catalog catalog, WriteBatch batch, Supplier<CommitOutcome> commit) {
        State before = state;
        state = before.publishing(catalog);
        State after = before;
        try {
            addCatalog(catalog, batch);
            CommitOutcome outcome = commit.get();
            if (outcome instanceof CommitOutcome.Committed committed) {
                after = before.published(catalog, committed);
            }
            return outcome;
        } finally {
            state = after;
        }
    }

    private void addCatalog(Catalog catalog, WriteBatch batch) {
        batch.put(Catalog.KEY, catalog.toBytes());
        state.leftOver.forEach(range -> batch.deleteRange(range.start(), range.end()));
    }

    /**
     * Commits a catalog without the store {@code deleted}, and tells those who want changes; {@code batch} deletes its
     * documents.
     */
    void publishDeletion(Catalog catalog, WriteBatch batch, StoreDef deleted) {
        ChangeLog.Pending pending = Objects.requireNonNull(
                changeLog.begin(() -> CommitChanges.of(List.of(RecordedChange.deletionOf(deleted.name)))));
        CommitOutcome outcome = null;
        try {
            outcome = publishing(catalog, batch, () -> {
                changeLog.addRecord(pending, batch);
                return store.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
            });
        } finally {
            changeLog.end(pending, outcome);
        }
    }

    boolean isOpen() {
        return !closed;
    }

    void checkOpen() {
        if (closed) {
            throw new EngineClosedException("database");
        }
    }

    /**
     * Ends feeds, waits for the commits and the change of the schema that are under way, and writes exact counters
     * back; nothing is committed afterwards. Idempotent.
     */
    void close() {
        closed = true;
        changeLog.close();
        schemaLock.lock();
        try {
            if (!ended) {
                ended = true;
                changeLog.awaitCommits();
                counters.close();
            }
        } finally {
            schemaLock.unlock();
        }
    }

    long nowMicros() {
        return clockMicros.getAsLong();
    }
}
