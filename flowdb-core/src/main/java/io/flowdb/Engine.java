package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.error.RecordNotFoundException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.StackRoom;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.NioFileSystem;
import io.flowdb.internal.memtable.Memtable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The storage engine: an ordered map from (key, ts) to values, durable, with snapshots and atomic batches.
 *
 * <p>Threads: every method may be called from any thread; an interrupt neither loses a write nor closes a file. Errors:
 * {@link FlowDbException}, {@link IllegalArgumentException} with name and value, for a null
 * {@link NullPointerException} with the name; after {@link #close()} every call that reads, writes or maintains throws
 * {@link EngineClosedException}. A write that throws {@link io.flowdb.error.CommitUnknownException} may or may not have
 * been stored; every other failed write has not.
 */
public final class Engine implements OrderedStore, AutoCloseable {
    private static final Limits LIMITS =
            new Limits(FlowRecord.MAX_KEY_BYTES, FlowRecord.MAX_VALUE_BYTES, WriteBatch.MAX_BYTES);

    private final Config config;
    final EngineParts parts; // for tests, which read beside it
    private final CommitPipeline pipeline;
    private final Flusher flusher;
    private final Background background;
    private final Place place;
    private final StateReader latest;
    private final ReentrantLock closeLock = new ReentrantLock(); // rank 0, docs/concurrency.md

    @GuardedBy("closeLock")
    private boolean closing;

    private volatile boolean closed; // set once, by close()

    /** Where the engine lives, its lock on that place, and what it takes of the heap. */
    record Place(FileSystem fileSystem, Path directory, AutoCloseable lock, MemoryShares memory) {}

    Engine(Config config, EngineParts parts, CommitPipeline pipeline, Background background, Place place) {
        this.config = config;
        this.parts = parts;
        this.pipeline = pipeline;
        this.background = background;
        this.flusher = background.flusher();
        this.place = place;
        this.latest = new LatestReader();
    }

    /**
     * Opens the database in {@code config.dataDir()}, and creates it if there is none and {@code createIfMissing} says
     * so.
     *
     * @throws io.flowdb.error.DatabaseLockedException if another engine has it open
     * @throws io.flowdb.error.CorruptionException if stored bytes are damaged
     * @throws io.flowdb.error.InvalidConfigException if the directory cannot serve
     * @throws io.flowdb.error.LimitExceededException if {@code config.readOnly()} and the log, which then stays in
     *     memory, is longer than half of the heap
     */
    public static Engine open(Config config) {
        return EngineOpening.open(Objects.requireNonNull(config, "config"));
    }

    /** The settings. */
    public Config config() {
        return config;
    }

    /** Whether the engine can be used. */
    public boolean isOpen() {
        return !closed;
    }

    // --- writes

    /** Puts one record. */
    public void write(FlowRecord record) {
        writeBatch(List.of(Objects.requireNonNull(record, "record")));
    }

    /** Puts one record, on stable storage or not as {@code options} say. */
    public void write(FlowRecord record, WriteOptions options) {
        writeBatch(List.of(Objects.requireNonNull(record, "record")), options);
    }

    /** Puts records atomically; with an equal (key, ts) the later one in the list wins. */
    public void writeBatch(List<FlowRecord> records) {
        writeBatch(records, WriteOptions.DEFAULT);
    }

    /** Puts records atomically, on stable storage or not as {@code options} say. */
    public void writeBatch(List<FlowRecord> records, WriteOptions options) {
        put(records, config.defaultTtl(), options);
    }

    /** Puts one record that lives for {@code ttl} from now, unless it names an expiry itself. */
    public void write(FlowRecord record, Duration ttl) {
        writeBatch(List.of(Objects.requireNonNull(record, "record")), ttl);
    }

    /** Puts records atomically that live for {@code ttl} from now, unless they name an expiry themselves. */
    public void writeBatch(List<FlowRecord> records, Duration ttl) {
        Objects.requireNonNull(ttl, "ttl");
        check(!ttl.isNegative() && !ttl.isZero(), "ttl", ttl, "more than 0");
        put(records, ttl, WriteOptions.DEFAULT);
    }

    /** Commits a batch. */
    public void write(WriteBatch batch) {
        write(batch, WriteOptions.DEFAULT);
    }

    /** Commits a batch; puts without expiry get the configured default time to live. */
    public void write(WriteBatch batch, WriteOptions options) {
        Objects.requireNonNull(batch, "batch");
        Duration ttl = config.defaultTtl();
        commitIf(null, ttl == null ? batch : batch.withDefaultExpiry(expiryOf(ttl)), options);
    }

    /** Deletes one version; no error if it does not exist. */
    public void delete(byte[] key, long ts) {
        write(new WriteBatch().delete(key, ts));
    }

    /** Deletes one version; the key is taken as UTF-8. */
    public void delete(String key, long ts) {
        delete(Keys.utf8(key), ts);
    }

    /** Deletes versions atomically; only key and ts of the records count. */
    public void deleteBatch(List<FlowRecord> versions) {
        WriteBatch batch = new WriteBatch();
        for (FlowRecord version : Objects.requireNonNull(versions, "versions")) {
            Objects.requireNonNull(version, "version");
            batch.delete(version.key(), version.ts());
        }
        write(batch);
    }

    /** Deletes every version of the keys from {@code start} (inclusive) to {@code end} (exclusive). */
    public void deleteRange(byte[] start, byte[] end) {
        write(new WriteBatch().deleteRange(start, end));
    }

    /** The same with text keys. */
    public void deleteRange(String start, String end) {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
        deleteRange(Keys.utf8(start), Keys.utf8(end));
    }

    /**
     * Changes one existing version, atomically with respect to every other writer.
     *
     * @return the record as stored now
     * @throws RecordNotFoundException if the version does not exist or has expired
     */
    public FlowRecord patch(byte[] key, long ts, Patch patch) {
        Keys.checkKey(key);
        Objects.requireNonNull(patch, "patch");
        checkWritable();
        while (true) {
            try (Snapshot snapshot = snapshot()) {
                FlowRecord before = snapshot.get(key, ts)
                        .orElseThrow(() -> new RecordNotFoundException(Keys.show(key) + " at ts " + ts));
                Duration ttl = patch.ttl();
                byte[] value = patch.value();
                FlowRecord after = new FlowRecord(
                        key,
                        ts,
                        ttl == null ? before.expireAt() : expiryOf(ttl),
                        value == null ? before.value() : value);
                PreconditionGuard unchanged = PreconditionGuard.ofVersion(
                        Preconditions.since(snapshot).key(key), ts);
                if (commitIf(unchanged, new WriteBatch().put(after), WriteOptions.DEFAULT)
                        instanceof CommitOutcome.Committed) {
                    return after;
                }
            }
        }
    }

    /** The same with a key as UTF-8. */
    public FlowRecord patch(String key, long ts, Patch patch) {
        return patch(Keys.utf8(key), ts, patch);
    }

    @Override
    public CommitOutcome commit(WriteBatch batch, Preconditions preconditions, WriteOptions options) {
        Objects.requireNonNull(batch, "batch");
        Objects.requireNonNull(preconditions, "preconditions");
        PreconditionGuard guard = preconditions.isEmpty() ? null : new PreconditionGuard(preconditions);
        return commitIf(guard, batch, options);
    }

    // --- reads

    /** The version (key, ts). */
    public Optional<FlowRecord> get(byte[] key, long ts) {
        return latest.get(key, ts);
    }

    /** The version (key, ts); the key is taken as UTF-8. */
    public Optional<FlowRecord> get(String key, long ts) {
        return get(Keys.utf8(key), ts);
    }

    /**
     * Copies the value of the version (key, ts) to the begin of {@code into}, if there is room for all of it; otherwise
     * {@code into} stays as it is. Allocates 64 bytes where the value is found in memory, however long it is.
     *
     * @return length of the value, also where it is longer than {@code into}; -1 if there is no such version
     */
    public int get(byte[] key, long ts, byte[] into) {
        return latest.get(key, ts, into);
    }

    /** The same with a key as UTF-8. */
    public int get(String key, long ts, byte[] into) {
        return get(Keys.utf8(key), ts, into);
    }

    /** The alive version of {@code key} with the highest ts. */
    public Optional<FlowRecord> getLatest(byte[] key) {
        return latest.getLatest(key);
    }

    /** The alive version of {@code key}, taken as UTF-8, with the highest ts. */
    public Optional<FlowRecord> getLatest(String key) {
        return getLatest(Keys.utf8(key));
    }

    /** All records that the query asks for. */
    public List<FlowRecord> query(Query query) {
        List<FlowRecord> found = new ArrayList<>();
        try (RecordScan scan = scan(query)) {
            scan.forEachRemaining(found::add);
        }
        return found;
    }

    /** A lazy walk over the records that the query asks for, as of now; close it. */
    public RecordScan scan(Query query) {
        return latest.scan(query);
    }

    /** The same walk without an object for each record; close it. */
    public RecordCursor cursor(Query query) {
        return latest.cursor(query);
    }

    @Override
    public StoreReader latest() {
        return latest;
    }

    @Override
    public Snapshot snapshot() {
        checkOpen();
        return new EngineSnapshot(this, parts);
    }

    @Override
    public long lastSeqno() {
        checkOpen();
        return pipeline.publishedSeqno();
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(config.readOnly(), config.defaultTtl(), config.clockMicros());
    }

    // --- maintenance

    /** Writes everything that is in memory now to tables; what is committed meanwhile may stay. */
    public void flush() {
        checkMaintainable();
        flushFrozen(); // first: each failing call would freeze another memtable
        pipeline.freezeIf(state -> !state.active().isEmpty());
        flushFrozen();
        pipeline.checkAccepting();
    }

    /* Those that are there now: writers may fill others as fast as they are flushed. */
    private void flushFrozen() {
        List<Memtable> frozen = parts.states().current().frozen();
        if (frozen.isEmpty()) {
            return;
        }
        long last = frozen.get(0).maxSeqno();
        while (flusher.flushOldest(last)) {
            background.flushed();
        }
    }

    /**
     * Merges all tables, without what deletes, overwrites and expiry have made useless; false if there was nothing to
     * merge. Tables that overlap no other and hold nothing useless are not written again.
     */
    public boolean compact() {
        checkMaintainable();
        boolean changed = background.maintenance().compactAll();
        pipeline.frozenCountFell();
        return changed;
    }

    /** Carries out one compaction if one is due, as the engine's own thread does; false if none is. */
    boolean compactDue() {
        checkMaintainable();
        boolean changed = background.maintenance().compactDue();
        pipeline.frozenCountFell();
        return changed;
    }

    /** Drops tables in which everything has expired; returns the number of records dropped. */
    public long gc() {
        checkMaintainable();
        return background.maintenance().dropExpired();
    }

    /**
     * Makes a consistent copy of the database in {@code target} while reads and writes go on; it holds every write that
     * returned before this call. Files are shared by hard links where possible. The copy can be opened as a database.
     *
     * <p>A read-only engine makes none, as it would have to write what is only in the log:
     * {@link ReadOnlyTransactionException}; nor does one in memory: {@link IllegalArgumentException}.
     *
     * @param target a missing or empty directory, outside that of the database, else {@link IllegalArgumentException}
     */
    public void checkpoint(Path target) {
        Objects.requireNonNull(target, "target");
        checkMaintainable();
        Path copy = target.toAbsolutePath().normalize();
        check(
                !place.fileSystem().isWithin(copy, place.directory()),
                "target",
                target,
                "outside the directory of the database");
        check(!config.inMemory(), "inMemory", true, "false: an engine in memory has no files to copy");
        flush();
        long flushedSeqno = parts.manifest().state().flushedSeqno(); // read first: the tables hold all up to there
        try (ReadStates.Lease lease = parts.states().lease()) {
            new Checkpointer(place.fileSystem(), place.directory())
                    .copy(lease.state().ssts(), flushedSeqno, parts.tables().nextId(), copy);
        }
    }

    /**
     * Reads and checks every block of every table, the log and the manifest, and that the entries of each table agree
     * with its indexes, filters and sums; reports damage instead of throwing it, and changes nothing. A read-only
     * engine checks its tables only: log and manifest may be another engine's, which writes them.
     *
     * @throws io.flowdb.error.StorageException if too many files are open to look
     */
    public VerifyReport verify() {
        checkOpen();
        StackRoom.checkForMaintenance();
        return background.maintenance().verify(!config.readOnly());
    }

    /**
     * Makes a new database of all that is whole in a damaged one, for when there is no backup: every sound table, every
     * block of the others whose checksum is right, every whole record of the log. The damaged one must be closed, and
     * is not changed, but for its lock file. A delete that stood in a damaged part is gone, so what it had deleted may
     * be back; commits may be there in part.
     *
     * @param damaged directory of a database
     * @param target a missing or empty directory, outside the damaged one; it can be opened as a database
     * @return what is there, and what is missing
     * @throws io.flowdb.error.DatabaseLockedException if an engine has the damaged one open
     * @throws io.flowdb.error.UnsupportedFormatException if a file was written by a newer version
     */
    public static SalvageReport salvage(Path damaged, Path target) {
        Objects.requireNonNull(damaged, "damaged");
        Objects.requireNonNull(target, "target");
        return Salvage.run(
                NioFileSystem.INSTANCE,
                damaged.toAbsolutePath().normalize(),
                target.toAbsolutePath().normalize());
    }

    /** Current figures. */
    public EngineStats stats() {
        ReadState state = parts.states().enter();
        try {
            checkOpen();
            return StatsCollector.collect(parts, state, place.memory(), backgroundError());
        } finally {
            state.leave();
        }
    }

    /** The figures of {@link #stats()} in the Prometheus text format 0.0.4; each name begins with {@code flowdb_}. */
    public String prometheusText() {
        return StatsText.of(stats());
    }

    /**
     * Ends background work, makes everything durable, flushes if it can and gives the directory free. Idempotent; who
     * comes second waits for the first. If the log could not be synced, so that a power failure may take commits that
     * did not wait for a sync, it does all else and fails with a {@link io.flowdb.error.StorageException}.
     */
    @Override
    public void close() {
        StackRoom.checkForMaintenance();
        closeLock.lock();
        try {
            if (!closing) {
                closing = true;
                new EngineClosing(config, parts, pipeline, background, place).run(() -> closed = true);
            }
        } finally {
            closeLock.unlock();
        }
    }

    void checkOpen() {
        if (closed) {
            throw new EngineClosedException("engine");
        }
    }

    private void put(List<FlowRecord> records, @Nullable Duration ttl, WriteOptions options) {
        long bytes = 0;
        for (FlowRecord record : Objects.requireNonNull(records, "records")) {
            Objects.requireNonNull(record, "record");
            bytes += OpCodec.HEADER_BYTES + record.key().length + record.value().length;
        }
        check(bytes <= WriteBatch.MAX_BYTES, "batch size", bytes, "at most " + WriteBatch.MAX_BYTES + " bytes");
        WriteBatch batch = new WriteBatch((int) bytes);
        long expiry = ttl == null ? FlowRecord.NEVER : expiryOf(ttl);
        for (FlowRecord record : records) {
            long expireAt = record.expireAt() == FlowRecord.NEVER ? expiry : record.expireAt();
            batch.put(record.key(), record.ts(), expireAt, record.value());
        }
        commitIf(null, batch, options);
    }

    private CommitOutcome commitIf(@Nullable PreconditionGuard guard, WriteBatch batch, WriteOptions options) {
        Objects.requireNonNull(options, "options");
        checkWritable();
        if (batch.isEmpty() && guard == null) {
            return new CommitOutcome.Committed(pipeline.publishedSeqno());
        }
        long start = System.nanoTime();
        CommitOutcome outcome = pipeline.commit(batch, guard, options);
        if (outcome instanceof CommitOutcome.Committed) {
            parts.counters().writes.record(System.nanoTime() - start);
        }
        return outcome;
    }

    private void checkWritable() {
        checkOpen();
        if (config.readOnly()) {
            throw new ReadOnlyTransactionException("engine");
        }
        StackRoom.checkForCommit();
    }

    private void checkMaintainable() {
        checkWritable();
        StackRoom.checkForMaintenance();
    }

    /** Now plus a time to live, {@link FlowRecord#NEVER} if that is beyond the range of time. */
    private long expiryOf(Duration ttl) {
        long now = config.clockMicros().getAsLong();
        long micros = EngineOpening.micros(ttl);
        return micros > FlowRecord.NEVER - Math.max(0, now) ? FlowRecord.NEVER : now + micros;
    }

    private @Nullable FlowDbException backgroundError() {
        FlowDbException refusal = pipeline.refusal();
        FlowDbException flush = refusal != null ? refusal : flusher.lastFailure();
        FlowDbException compaction =
                flush != null ? flush : background.maintenance().lastFailure();
        FlowDbException files = compaction != null ? compaction : parts.tables().deleteFailure();
        return files != null ? files : flusher.leftUndone();
    }

    /** The newest published state. */
    private final class LatestReader extends StateReader {
        private final LongSupplier clock = config.clockMicros();

        LatestReader() {
            super(parts.states(), parts.counters());
        }

        @Override
        void checkOpen() {
            Engine.this.checkOpen();
        }

        @Override
        long visibleSeqno() {
            return pipeline.publishedSeqno();
        }

        @Override
        long nowMicros() {
            return clock.getAsLong();
        }
    }
}
