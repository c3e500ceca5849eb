package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.NioFileSystem;
import io.flowdb.internal.io.ReadableFile;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.ManifestState;
import io.flowdb.internal.manifest.SstMeta;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.sstable.FilterStats;
import io.flowdb.internal.sstable.IndexMemory;
import io.flowdb.internal.sstable.SstProperties;
import io.flowdb.internal.sstable.SstReader;
import io.flowdb.internal.sstable.SstWriter;
import io.flowdb.internal.sstable.TableSalvage;
import io.flowdb.internal.storage.SstStorage;
import io.flowdb.internal.wal.LogSalvage;
import io.flowdb.internal.wal.WalVisitor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes a database of what is whole of a damaged one. Tables that are sound are copied, of others what is whole, the
 * operations of the log become tables, and a manifest is written last. Threads: one.
 */
public final class Salvage {
    private static final long MOST_MEMTABLE_BYTES = 64L << 20;
    private static final long UNREADABLE = -1;

    private final FileSystem fileSystem;
    private final Path source;
    private final Config config;
    private final SstStorage from;
    private final CopyTarget to;
    private final List<SstMeta> tables = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** What the manifest says; null if it cannot be relied on, and then every file counts. */
    private @Nullable ManifestState known;

    private int damagedTables;
    private long entries;
    private long logOperations;
    private long lastLogSeqno;
    private long nextId = 1;
    private Memtable memtable = new Memtable();

    private Salvage(FileSystem fileSystem, Path source, Path target, CopyTarget to) {
        this.fileSystem = fileSystem;
        this.source = source;
        this.config = Config.builder().dataDir(target).build();
        this.from = new SstStorage(fileSystem, source.resolve(EngineOpening.TABLES));
        this.to = to;
    }

    /**
     * As {@link Engine#salvage}, with a step at the end that brings into order what lacks records, for layers that keep
     * some by others. Until it has returned, and what it wrote is durable, nobody else can open the target; a crash
     * before leaves a directory that is refused. If it fails, the target is empty again.
     *
     * @param step gets an engine on the target, which is closed behind it, and what was brought over
     * @return what the step gives
     */
    public static <R extends @Nullable Object> R mended(
            Path damaged, Path target, BiFunction<Engine, SalvageReport, R> step) {
        Objects.requireNonNull(damaged, "damaged");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(step, "step");
        return mended(
                NioFileSystem.INSTANCE,
                damaged.toAbsolutePath().normalize(),
                target.toAbsolutePath().normalize(),
                step);
    }

    /** The same for paths that are absolute and normal. */
    static <R extends @Nullable Object> R mended(
            FileSystem fileSystem, Path source, Path target, BiFunction<Engine, SalvageReport, R> step) {
        return run(fileSystem, source, target, salvage -> salvage.finish(step));
    }

    /** See {@link Engine#salvage}; both paths are absolute and normal. */
    static SalvageReport run(FileSystem fileSystem, Path source, Path target) {
        return run(fileSystem, source, target, Salvage::finish);
    }

    private static <R extends @Nullable Object> R run(
            FileSystem fileSystem, Path source, Path target, Function<Salvage, R> end) {
        check(!fileSystem.isWithin(target, source), "target", target, "outside the directory of the database");
        check(
                Manifest.exists(fileSystem, source)
                        || !fileSystem
                                .list(source.resolve(EngineOpening.TABLES))
                                .isEmpty()
                        || !fileSystem.list(source.resolve(EngineOpening.LOG)).isEmpty(),
                "damaged",
                source,
                "a directory with a database");
        check(fileSystem.isVacant(target), "target", target, "a missing or empty directory");
        CopyTarget.checkNone(fileSystem, source);
        AutoCloseable lock = lock(fileSystem, source);
        try {
            CopyTarget to = CopyTarget.claim(fileSystem, target);
            return run(new Salvage(fileSystem, source, target, to), end, to);
        } finally {
            release(lock);
        }
    }

    private static <R extends @Nullable Object> R run(Salvage salvage, Function<Salvage, R> end, CopyTarget to) {
        try {
            salvage.bringOver();
            return end.apply(salvage);
        } catch (RuntimeException | Error e) {
            to.remove(e);
            throw e;
        }
    }

    /** A volume that cannot be written to any more needs no lock, and can have none. */
    private static AutoCloseable lock(FileSystem fileSystem, Path source) {
        try {
            return fileSystem.lock(source.resolve(EngineOpening.LOCK));
        } catch (StorageException e) {
            return () -> {};
        }
    }

    private static void release(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            throw new StorageException("The lock of a damaged database cannot be released", e);
        }
    }

    private void bringOver() {
        List<Long> files = from.list();
        known = knownState(files);
        TreeSet<Long> ids = new TreeSet<>(known == null ? files : known.tables().keySet());
        nextId = Math.max(known == null ? 1 : known.nextFileId(), ids.isEmpty() ? 1 : ids.last() + 1);
        for (long id : ids) {
            bringOver(id, known == null ? null : known.tables().get(id));
        }
        readLog();
        writeMemtable();
    }

    private SalvageReport report() {
        return new SalvageReport(tables.size(), damagedTables, entries, logOperations, List.copyOf(problems));
    }

    /** The state that the manifest records, if that can be the last one. */
    private @Nullable ManifestState knownState(List<Long> files) {
        try (Manifest manifest = Manifest.readOnly(fileSystem, source)) {
            ManifestState state = manifest.state();
            String doubt = manifest.wasFoundSealed() ? null : doubt(state, files);
            if (doubt == null) {
                return state;
            }
            throw new CorruptionException(source.resolve("MANIFEST").toString(), -1, "its end is gone: " + doubt);
        } catch (UnsupportedFormatException e) {
            throw e;
        } catch (FlowDbException e) {
            throwIfRetryable(e);
            problems.add(e.getMessage() + "; all tables were taken for live, so deleted records may be back");
            return null;
        }
    }

    /**
     * What shows that a manifest without a seal has lost edits; null if nothing does. A crash leaves tables that it
     * does not name, but their commits are in the log then, or in tables that it names. One that cannot be read, with
     * no commits in the log that it could have had, may be the last that was flushed.
     */
    private @Nullable String doubt(ManifestState state, List<Long> files) {
        for (long id : state.tables().keySet()) {
            if (!files.contains(id)) {
                return "table " + id + " is missing";
            }
        }
        long[] seqnos = {Long.MAX_VALUE, state.flushedSeqno()}; // the first and the last that are not in tables
        readLog(
                state.firstWalSegment(),
                (tag, payload, file, offset) -> {
                    long seqno = tag;
                    for (int at = 0; at < payload.length && LogCheck.isOperation(payload, at); seqno++) {
                        if (seqno > state.flushedSeqno()) {
                            seqnos[0] = Math.min(seqnos[0], seqno);
                            seqnos[1] = Math.max(seqnos[1], seqno);
                        }
                        at += OpCodec.length(payload, at);
                    }
                },
                line -> {});
        if (seqnos[0] != Long.MAX_VALUE && seqnos[0] > state.flushedSeqno() + 1) {
            return "the log begins with commit " + seqnos[0] + ", behind " + state.flushedSeqno();
        }
        for (long id : files) {
            long newest = state.tables().containsKey(id) ? 0 : maxSeqnoOf(id);
            if (newest > seqnos[1]) {
                return "table " + id + " holds commits beyond " + seqnos[1];
            }
            if (newest == UNREADABLE && seqnos[1] == state.flushedSeqno()) {
                return "table " + id + ", which cannot be read, may hold commits beyond " + seqnos[1];
            }
        }
        return null;
    }

    private void readLog(long firstSegment, WalVisitor visitor, Consumer<String> damage) {
        LogSalvage.read(fileSystem, source.resolve(EngineOpening.LOG), firstSegment, visitor, damage);
    }

    private long maxSeqnoOf(long id) {
        try (SstReader reader = open(id)) {
            return reader.properties().maxSeqno();
        } catch (UnsupportedFormatException e) {
            throw e;
        } catch (FlowDbException e) {
            throwIfRetryable(e);
            return UNREADABLE;
        }
    }

    /** A full disk, or too many open files, say nothing of the bytes that are salvaged. */
    private static void throwIfRetryable(FlowDbException e) {
        if (e.retryable()) {
            throw e;
        }
    }

    private SstReader open(long id) {
        return SstReader.open(from.open(id), id, new BlockCache(0), new IndexMemory(0), new FilterStats());
    }

    private void bringOver(long id, @Nullable SstMeta meta) {
        int level = meta == null ? 0 : meta.level();
        try (SstReader reader = open(id)) {
            reader.verify();
            boolean expected = meta == null || reader.properties().isSameAs(meta.properties());
            if (!expected) {
                damagedTables++;
                problems.add(String.valueOf(
                        new CorruptionException(reader.fileName(), -1, "a table, but not the one of the manifest")
                                .getMessage()));
            }
            fileSystem.linkOrCopy(from.path(id), to.table(id));
            add(new SstMeta(id, expected ? level : 0, reader.fileBytes(), reader.properties()));
        } catch (CorruptionException e) {
            bringOverInPart(id, meta, String.valueOf(e.getMessage()));
        } catch (StorageException e) {
            throwIfRetryable(e);
            bringOverInPart(id, meta, String.valueOf(e.getMessage()));
        }
    }

    private void bringOverInPart(long id, @Nullable SstMeta meta, String damage) {
        damagedTables++;
        to.deleteTable(id); // of a copy that failed
        TableSalvage.Result result = null;
        try (ReadableFile file = openSource(id)) {
            if (file != null) {
                try (SstWriter writer = new SstWriter(to.createTable(id), id, EngineOpening.sstOptions(config))) {
                    result = TableSalvage.copy(file, id, writer);
                    finish(writer, id, meta == null ? 0 : meta.level());
                }
            }
        }
        long expected = meta != null ? meta.properties().entryCount() : result == null ? -1 : result.expected();
        long kept = result == null ? 0 : result.entries();
        String of = expected < 0 ? "an unknown number of" : "" + expected;
        String ranges =
                meta != null && meta.properties().rangeTombstoneCount() > 0 ? ", some of them range deletes" : "";
        problems.add(damage + "; kept " + kept + " of " + of + " entries" + (kept == expected ? "" : ranges));
    }

    /** The file of a table; null if it cannot be opened. */
    private @Nullable ReadableFile openSource(long id) {
        try {
            return from.open(id);
        } catch (StorageException e) {
            throwIfRetryable(e);
            return null;
        }
    }

    private void finish(SstWriter writer, long id, int level) {
        if (writer.isEmpty()) {
            to.deleteTable(id);
        } else {
            SstProperties properties = writer.finish();
            add(new SstMeta(id, level, writer.fileBytes(), properties));
        }
    }

    private void add(SstMeta table) {
        tables.add(table);
        entries += table.properties().entryCount();
    }

    private void readLog() {
        long first = known == null ? 0 : known.firstWalSegment();
        lastLogSeqno = known == null ? 0 : known.flushedSeqno();
        readLog(first, this::frame, problems::add);
    }

    /** The operations of a frame that no table has. */
    private void frame(long firstSeqno, byte[] payload, String file, long offset) {
        boolean knowsFirst = known != null || lastLogSeqno > 0;
        if (knowsFirst && firstSeqno > lastLogSeqno + 1) {
            String missing = "commits with sequence numbers " + (lastLogSeqno + 1) + " to " + (firstSeqno - 1);
            problems.add(String.valueOf(
                    new CorruptionException(file, offset, missing + " are missing before this frame").getMessage()));
        }
        long seqno = firstSeqno;
        for (int at = 0; at < payload.length; at += OpCodec.length(payload, at)) {
            if (!LogCheck.isOperation(payload, at)) {
                problems.add(String.valueOf(
                        new CorruptionException(file, offset, "operation at " + at + " of the frame is malformed")
                                .getMessage()));
                return;
            }
            if (seqno > lastLogSeqno) {
                memtable.add(payload, at, seqno);
                lastLogSeqno = seqno;
                logOperations++;
            }
            seqno++;
        }
        if (memtable.sizeBytes()
                >= Math.min(MOST_MEMTABLE_BYTES, Runtime.getRuntime().maxMemory() / 8)) {
            writeMemtable();
        }
    }

    private void writeMemtable() {
        if (memtable.isEmpty()) {
            return;
        }
        long id = nextId++;
        try (SstWriter writer = new SstWriter(to.createTable(id), id, EngineOpening.sstOptions(config));
                InternalCursor all = memtable.cursor()) {
            for (all.first(); all.valid(); all.next()) {
                writer.add(all.entry());
            }
            for (RangeTombstone tombstone : memtable.tombstones().all()) {
                writer.add(tombstone);
            }
            SstProperties properties = writer.finish();
            tables.add(new SstMeta(id, 0, writer.fileBytes(), properties));
        }
        memtable = new Memtable();
    }

    private SalvageReport finish() {
        to.finish(all());
        return report();
    }

    private <R extends @Nullable Object> R finish(BiFunction<Engine, SalvageReport, R> step) {
        return to.finish(all(), config, engine -> step.apply(engine, report()));
    }

    private ManifestEdit all() {
        long flushed = known == null ? 0 : known.flushedSeqno();
        for (SstMeta table : tables) {
            flushed = Math.max(flushed, table.properties().maxSeqno());
        }
        return new ManifestEdit(tables, List.of(), 1, flushed, nextId);
    }
}
