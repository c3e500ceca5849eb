package io.flowdb;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.InvalidConfigException;
import io.flowdb.error.InvalidConfigException.Violation;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.compaction.TableStore;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.MemoryFileSystem;
import io.flowdb.internal.io.NioFileSystem;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.manifest.ManifestState;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstMeta;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.sstable.IndexMemory;
import io.flowdb.internal.sstable.SstOptions;
import io.flowdb.internal.storage.SstStorage;
import io.flowdb.internal.wal.Wal;
import io.flowdb.internal.wal.WalOptions;
import io.flowdb.internal.wal.WalVisitor;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens a directory: lock, manifest, tables, log, in this order; then the engine's parts are put together. Whatever was
 * opened is closed again if a later step fails, and no file but the lock is changed until all of them have been read
 * and agree: what cannot be opened stays as it is for a salvage.
 */
final class EngineOpening {
    static final String TABLES = "sst";
    static final String LOG = "wal";
    static final String LOCK = "LOCK";

    /*
     * Building a locator takes up to 36 bytes a key, keeping it 12. So none is built that would take more than a fifth
     * of the memory for indexes, and sorted tables of tiny records end at that number of keys. The least is what 8 MiB
     * of the smallest records are.
     */
    private static final long INDEX_BYTES_PER_LOCATOR_KEY = 64;
    private static final long MIN_LOCATOR_KEYS = 256 << 10;
    private static final long MAX_LOCATOR_KEYS = 8 << 20;

    private static final long STALL_LIMIT_MILLIS = 30_000;
    private static final int READ_ONLY_ATTEMPTS = 20;
    private static final long RETRY_NANOS = 5_000_000;

    private final Config settings;
    private final MemoryShares memory;
    private final Config config; // the settings as the heap allows
    private final FileSystem fileSystem;
    private final ThreadFactory threads;
    private final Path directory;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private EngineOpening(Config config, FileSystem fileSystem, ThreadFactory threads) {
        this.settings = config;
        this.memory = MemoryShares.of(config, Runtime.getRuntime().maxMemory());
        this.config = memory.in(config);
        this.fileSystem = fileSystem;
        this.threads = threads;
        this.directory = config.dataDir().toAbsolutePath().normalize();
    }

    static Engine open(Config config) {
        FileSystem files = config.readOnly() ? NioFileSystem.BESIDE_WRITER : NioFileSystem.INSTANCE;
        return open(config, config.inMemory() ? new MemoryFileSystem() : files);
    }

    /** For tests: the same on another file system. */
    static Engine open(Config config, FileSystem fileSystem) {
        return open(config, fileSystem, Thread::new);
    }

    /** For tests: the same with threads of theirs. */
    static Engine open(Config config, FileSystem fileSystem, ThreadFactory threads) {
        return open(config, fileSystem, threads, opening -> opening.open());
    }

    /** For the call that fills a directory, whose file keeps others away instead of a lock. */
    static Engine openUnfinished(Config config, FileSystem fileSystem) {
        return open(config, fileSystem, Thread::new, opening -> opening.openUnfinished());
    }

    private static Engine open(
            Config config, FileSystem fileSystem, ThreadFactory threads, Function<EngineOpening, Engine> open) {
        for (int attempt = 1; ; attempt++) {
            EngineOpening opening = new EngineOpening(config, fileSystem, threads);
            try {
                return open.apply(opening);
            } catch (CorruptionException | StorageException e) {
                opening.closeAll(e);
                if (!config.readOnly() || attempt == READ_ONLY_ATTEMPTS) {
                    throw e;
                }
                /* A writer beside this reader may have deleted a file that the manifest still named a moment ago. */
                LockSupport.parkNanos(attempt * RETRY_NANOS);
            } catch (UnsupportedOperationException e) {
                opening.closeAll(e);
                throw opening.withoutSupport(e);
            } catch (RuntimeException | Error e) {
                opening.closeAll(e);
                throw e;
            }
        }
    }

    private Engine open() {
        if (!config.inMemory()) {
            checkDirectory();
        }
        return config.readOnly() ? openReadOnly() : openForWriting();
    }

    private Engine openForWriting() {
        CopyTarget.checkNone(fileSystem, directory); // a lock file is nothing to be put there
        if (!Manifest.exists(fileSystem, directory)) {
            fileSystem.createDurably(directory); // that of a database was durable before its manifest was made
        }
        AutoCloseable lock = keep(fileSystem.lock(directory.resolve(LOCK)));
        CopyTarget.checkNone(fileSystem, directory); // behind the lock: a copy that begins now finds its file
        createSubdirectories();
        checkManifestPresent();
        return openForWriting(lock, keep(Manifest.open(fileSystem, directory)));
    }

    private Engine openUnfinished() {
        createSubdirectories();
        return openForWriting(() -> {}, keep(Manifest.openUnfinished(fileSystem, directory)));
    }

    private Engine openForWriting(AutoCloseable lock, Manifest manifest) {
        ManifestState state = manifest.state();
        TableStore tables = tableStore(state);
        SstSet ssts = openTables(tables, state);
        List<Long> orphans = tables.orphans(state.tables().keySet());
        LogCheck check = new LogCheck(state.flushedSeqno());
        Wal wal = keep(openLog(state, check, () -> {
            checkOrphans(tables, orphans, check.lastSeqno());
            manifest.renew();
        }));
        keepUsedIds(tables, manifest); // while the files that used them are there to tell
        orphans.forEach(tables::delete);
        Found found = new Found(state.flushedSeqno(), check.lastSeqno(), new ArrayDeque<>());
        return assemble(new OnDisk(lock, wal, manifest, tables), ssts, found);
    }

    private Engine openReadOnly() {
        CopyTarget.checkNone(fileSystem, directory);
        checkManifestPresent();
        /*
         * A reader takes the log first: what a writer beside it deletes from the log later is in the tables of the
         * manifest that is read then. The other way round a flush in between would leave a gap. Of a log whose
         * deletion failed there may be remains before the segment that the manifest names, which nothing reads.
         */
        long firstSegment = Manifest.read(fileSystem, directory).firstWalSegment();
        Deque<KeptFrame> frames = new ArrayDeque<>();
        Wal wal = keep(openLogReadOnly(firstSegment, frames));
        Manifest manifest = keep(Manifest.readOnly(fileSystem, directory));
        ManifestState state = manifest.state();
        TableStore tables = tableStore(state);
        SstSet ssts = openTables(tables, state);
        LogCheck check = new LogCheck(state.flushedSeqno());
        frames.forEach(frame -> check.frame(frame.firstSeqno(), frame.payload(), frame.file(), frame.offset()));
        if (!manifest.wasFoundSealed()) {
            /*
             * A reader may meet tables that a writer beside it has just made; but then the manifest is whole the next
             * time.
             */
            checkOrphans(tables, tables.orphans(state.tables().keySet()), check.lastSeqno());
        }
        Found found = new Found(state.flushedSeqno(), check.lastSeqno(), frames);
        return assemble(new OnDisk(() -> {}, wal, manifest, tables), ssts, found);
    }

    /** What has been opened. */
    private record OnDisk(AutoCloseable lock, Wal wal, Manifest manifest, TableStore tables) {}

    /**
     * What tables and log hold.
     *
     * @param flushedSeqno newest sequence number of the tables
     * @param lastSeqno newest sequence number of all
     * @param frames of the log, if they are to be kept in memory
     */
    private record Found(long flushedSeqno, long lastSeqno, Deque<KeptFrame> frames) {}

    /** Puts the parts of an engine together, brings back what is only in the log and starts the engine's threads. */
    private Engine assemble(OnDisk files, SstSet ssts, Found found) {
        ReadStates states = new ReadStates(new Memtable(), List.of(), ssts);
        keep(states::close); // flushes add tables
        EngineCounters counters = new EngineCounters(config.clockMicros());
        BackgroundHolder holder = new BackgroundHolder();
        CommitOptions limits = new CommitOptions(
                config.memtableSize(),
                config.maxFrozenMemtables(),
                !(config.walSyncMode() instanceof SyncMode.Interval),
                config.autoBackground(),
                STALL_LIMIT_MILLIS);
        CommitPipeline pipeline =
                new CommitPipeline(files.wal(), states, limits, counters, found.lastSeqno(), holder::wakeFlush);
        SnapshotRegistry snapshots = new SnapshotRegistry(pipeline::publishedSeqno, config.clockMicros());
        EngineParts parts = new EngineParts(states, files.tables(), files.manifest(), files.wal(), snapshots, counters);
        Background background = new Background(config, parts, pipeline, threads);
        holder.background = background;
        keep(background); // not all of its threads may start
        if (config.readOnly()) {
            LogReplay replay = new LogReplay(states, found.flushedSeqno(), limits, null);
            for (KeptFrame frame = found.frames().poll();
                    frame != null;
                    frame = found.frames().poll()) {
                replay.frame(frame.firstSeqno(), frame.payload());
            }
        } else {
            Runnable flush = background.flusher()::flushOldest;
            LogReplay replay = new LogReplay(states, found.flushedSeqno(), limits, flush);
            files.wal().replay((tag, payload, file, offset) -> replay.frame(tag, payload));
        }
        Engine.Place place = new Engine.Place(fileSystem, directory, files.lock(), memory);
        Engine engine = new Engine(settings, parts, pipeline, background, place);
        background.start();
        return engine;
    }

    private void checkDirectory() {
        for (Path each = directory.toAbsolutePath(); each != null; each = each.getParent()) {
            if (Files.exists(each) && !Files.isDirectory(each)) {
                throw invalidDirectory("a directory; " + each + " is a file");
            }
        }
        boolean create = config.createIfMissing() && !config.readOnly();
        if (!Files.exists(directory) && !create) {
            throw invalidDirectory("an existing directory, as createIfMissing is false or the engine is read-only");
        }
        if (Files.exists(directory) && !Files.isWritable(directory) && !config.readOnly()) {
            throw invalidDirectory("a directory that this process may write to");
        }
    }

    /**
     * The manifest is durable before the first table or segment is made: without it these would be taken for orphans.
     */
    private void checkManifestPresent() {
        boolean data = !fileSystem.list(directory.resolve(TABLES)).isEmpty()
                || !fileSystem.list(directory.resolve(LOG)).isEmpty();
        if (data && !Manifest.exists(fileSystem, directory)) {
            throw new CorruptionException(
                    directory.resolve("MANIFEST").toString(), -1, "the file is missing, but there are tables or a log");
        }
    }

    /** Synced files are lost all the same if the name of their directory is. */
    private void createSubdirectories() {
        fileSystem.createDirectories(directory.resolve(TABLES));
        fileSystem.createDirectories(directory.resolve(LOG));
        fileSystem.syncDirectory(directory);
    }

    /** An archive that passes for a file system cannot lock or sync its files. */
    private RuntimeException withoutSupport(UnsupportedOperationException e) {
        if (directory.getFileSystem() == FileSystems.getDefault()) {
            return e;
        }
        InvalidConfigException invalid = invalidDirectory("a directory of a file system that can lock and sync files");
        invalid.addSuppressed(e);
        return invalid;
    }

    private InvalidConfigException invalidDirectory(String allowed) {
        return new InvalidConfigException(List.of(new Violation("dataDir", directory.toString(), allowed)));
    }

    /** How tables are written. */
    static SstOptions sstOptions(Config config) {
        Codec codec = config.compression() == Compression.LZ4 ? Codec.LZ4 : Codec.NONE;
        int locatorKeys = (int) Math.max(
                MIN_LOCATOR_KEYS, Math.min(MAX_LOCATOR_KEYS, config.indexMemoryBudget() / INDEX_BYTES_PER_LOCATOR_KEY));
        return new SstOptions(config.blockSize(), config.bloomBitsPerKey(), codec, locatorKeys);
    }

    private TableStore tableStore(ManifestState state) {
        SstStorage storage = new SstStorage(fileSystem, directory.resolve(TABLES));
        long unused = state.nextFileId();
        for (long id : storage.list()) {
            unused = Math.max(unused, id + 1);
        }
        return new TableStore(
                storage,
                sstOptions(config),
                new BlockCache(config.blockCacheCapacity()),
                new IndexMemory(config.indexMemoryBudget()),
                unused);
    }

    /**
     * A flush makes the log durable before it begins, so a whole table with commits beyond both manifest and log is no
     * leftover of a crash: the manifest has lost edits.
     */
    private void checkOrphans(TableStore tables, List<Long> orphans, long lastSeqno) {
        for (long id : orphans) {
            if (tables.maxSeqnoOf(id) > lastSeqno) {
                throw new CorruptionException(
                        directory.resolve("MANIFEST").toString(),
                        -1,
                        "does not name table " + id + ", which holds commits beyond " + lastSeqno);
            }
        }
    }

    /** On a full disk the files that are deleted next may be what makes room: better an id twice than no opening. */
    private static void keepUsedIds(TableStore tables, Manifest manifest) {
        try {
            manifest.keepUsed(tables.nextId());
        } catch (StorageException e) {
            if (!e.diskFull()) {
                throw e;
            }
        }
    }

    /** The duration in microseconds, at least 1; {@code Long.MAX_VALUE} for one that is longer than a long can say. */
    static long micros(Duration duration) {
        return duration.getSeconds() > Long.MAX_VALUE / 2_000_000
                ? Long.MAX_VALUE
                : Math.max(1, TimeUnit.SECONDS.toMicros(duration.getSeconds()) + duration.getNano() / 1_000);
    }

    private SstSet openTables(TableStore tables, ManifestState state) {
        List<Sst> all = new ArrayList<>();
        List<SstMeta> newestFirst = new ArrayList<>(state.tables().values());
        newestFirst.sort(Comparator.comparingLong(SstMeta::id).reversed());
        for (SstMeta meta : newestFirst) {
            Sst table = tables.open(meta);
            keep(table.reader());
            all.add(table);
        }
        SstSet set = SstSet.of(all, micros(config.timeBucket()));
        tables.settle(set);
        return set;
    }

    /** A frame of the log that is read before it is known which part of it is in tables. */
    private record KeptFrame(long firstSeqno, byte[] payload, String file, long offset) {}

    private Wal openLog(ManifestState state, LogCheck check, Runnable beforeChanges) {
        return Wal.open(
                fileSystem, directory.resolve(LOG), walOptions(), state.firstWalSegment(), check::frame, beforeChanges);
    }

    /** A reader cannot flush: what is only in the log stays in memory. */
    private Wal openLogReadOnly(long firstSegment, Deque<KeptFrame> frames) {
        long allowed = Runtime.getRuntime().maxMemory() / 2;
        AtomicLong bytes = new AtomicLong();
        WalVisitor keeping = (tag, payload, file, offset) -> {
            if (bytes.addAndGet(payload.length) > allowed) {
                throw new LimitExceededException(
                        null, "log that a read-only engine keeps in memory, in bytes,", allowed, bytes.get());
            }
            frames.add(new KeptFrame(tag, payload, file, offset));
        };
        return Wal.openReadOnly(fileSystem, directory.resolve(LOG), walOptions(), firstSegment, keeping);
    }

    private WalOptions walOptions() {
        boolean always = !(config.walSyncMode() instanceof SyncMode.Interval);
        /* A longer segment would keep frames on the disk long after their memtable was flushed. */
        long segmentBytes = Math.min(config.walSegmentSize(), config.memtableSize());
        return new WalOptions(segmentBytes, always && !config.inMemory());
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    private void closeAll(Throwable cause) {
        for (AutoCloseable resource : opened) {
            try {
                resource.close();
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** The pipeline needs it before it can exist. */
    private static final class BackgroundHolder {
        private volatile @Nullable Background background; // set once while opening

        void wakeFlush() {
            Background known = background;
            if (known != null) {
                known.wakeFlush();
            }
        }
    }
}
