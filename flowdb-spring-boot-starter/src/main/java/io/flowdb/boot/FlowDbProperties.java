package io.flowdb.boot;

import io.flowdb.Compression;
import io.flowdb.Config;
import io.flowdb.SyncMode;
import io.flowdb.error.InvalidConfigException;
import io.flowdb.error.InvalidConfigException.Violation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DataSizeUnit;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.util.unit.DataUnit;

/**
 * The {@code flowdb.*} properties.
 *
 * <p>Units: sizes and durations take a suffix ({@code 64MB}, {@code 500ms}); a bare number has the unit named at each.
 * Errors: start-up stops with one report of every bad value, see {@link Config.Builder#build()} for the allowed ranges.
 *
 * @param enabled Whether FlowDB is auto-configured.
 * @param dataDir Directory of the database. Relative paths start at the working directory.
 * @param createIfMissing Whether to create a missing data directory.
 * @param walSyncMode When commits are forced to stable storage: always before a write returns, or at an interval.
 * @param walSyncInterval Time between forced writes of the WAL if wal-sync-mode is interval. Milliseconds if no unit is
 *     given.
 * @param memtableSize Size a memtable takes before it is frozen and flushed. Megabytes if no unit is given.
 * @param maxFrozenMemtables Number of frozen memtables waiting for their flush at which writers stall.
 * @param flushInterval Age at which a memtable is flushed in the background if worthwhile; zero for only by size.
 *     Milliseconds if no unit is given.
 * @param blockSize Size of a data block before compression. Bytes if no unit is given.
 * @param blockCacheCapacity Size of the cache of uncompressed blocks; zero for none. Megabytes if no unit is given.
 * @param indexMemoryBudget Memory for block indexes, locators and filters; what does not fit is
 *     read through the block cache.
 *     Megabytes if no unit is given.
 * @param bloomBitsPerKey Number of bloom filter bits for each key; zero for none.
 * @param compression Compression of the blocks of new tables.
 * @param walSegmentSize Size of one WAL segment; memtable-size if that is less. Megabytes if no unit is given.
 * @param compactionThreshold Number of tables of level 0 from which a compaction is due.
 * @param compactionInterval Time between looks for something to compact when nothing is flushed. Milliseconds if no
 *     unit is given.
 * @param gcInterval Time between removals of expired tables. Seconds if no unit is given.
 * @param timeBucket Width of the buckets of the time index, by which a query over a range of time finds its tables.
 *     Seconds if no unit is given.
 * @param defaultTtl Time to live of records and documents written without one; none if not set. An entity's own time to
 *     live goes first. Seconds if no unit is given.
 * @param autoBackground Whether flush, compaction, removal of expired tables and interval syncs run by themselves.
 * @param inMemory Whether to keep everything in memory, gone when the application ends.
 * @param readOnly Whether to open the data directory as it is, without its lock, refusing writes.
 * @param shutdownTimeout Longest wait for an orderly close. Acknowledged writes are safe beyond it. Seconds if no unit
 *     is given.
 * @param schema Creation of stores and indexes at start-up.
 * @param query Query methods of repositories.
 * @param repositories Spring Data repositories.
 */
@ConfigurationProperties(FlowDbProperties.PREFIX)
public record FlowDbProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("./data") String dataDir,
        @DefaultValue("true") boolean createIfMissing,
        @DefaultValue("always") WalSyncMode walSyncMode,
        @DefaultValue("1s") @DurationUnit(ChronoUnit.MILLIS) Duration walSyncInterval,

        @DefaultValue("64MB") @DataSizeUnit(DataUnit.MEGABYTES)
        DataSize memtableSize,

        @DefaultValue("2") int maxFrozenMemtables,
        @DefaultValue("1s") @DurationUnit(ChronoUnit.MILLIS) Duration flushInterval,
        @DefaultValue("8KB") @DataSizeUnit(DataUnit.BYTES) DataSize blockSize,

        @DefaultValue("128MB") @DataSizeUnit(DataUnit.MEGABYTES)
        DataSize blockCacheCapacity,

        @DefaultValue("256MB") @DataSizeUnit(DataUnit.MEGABYTES)
        DataSize indexMemoryBudget,

        @DefaultValue("10") int bloomBitsPerKey,
        @DefaultValue("lz4") Compression compression,

        @DefaultValue("64MB") @DataSizeUnit(DataUnit.MEGABYTES)
        DataSize walSegmentSize,

        @DefaultValue("2") int compactionThreshold,

        @DefaultValue("60s") @DurationUnit(ChronoUnit.MILLIS)
        Duration compactionInterval,

        @DefaultValue("1h") @DurationUnit(ChronoUnit.SECONDS)
        Duration gcInterval,

        @DefaultValue("1h") @DurationUnit(ChronoUnit.SECONDS)
        Duration timeBucket,

        @DurationUnit(ChronoUnit.SECONDS) @Nullable Duration defaultTtl,
        @DefaultValue("true") boolean autoBackground,
        @DefaultValue("false") boolean inMemory,
        @DefaultValue("false") boolean readOnly,

        @DefaultValue("20s") @DurationUnit(ChronoUnit.SECONDS)
        Duration shutdownTimeout,

        @DefaultValue Schema schema,
        @DefaultValue Query query,
        @DefaultValue Repositories repositories) {
    /*
     * The directory is text: bound to a Path, Spring looks for it on the class path first, and an application with a
     * folder "data" among its resources would get its database inside target/classes.
     */

    /** Prefix of every property. */
    static final String PREFIX = "flowdb";

    private static final String NOT_NEGATIVE = "0 or more";
    private static final String DIRECTORY = "a directory of the file system, without a prefix such as file:";

    /** When commits are forced to stable storage. */
    public enum WalSyncMode {
        /** Before a write returns. */
        ALWAYS,
        /** Every {@link FlowDbProperties#walSyncInterval()}. */
        INTERVAL
    }

    /** What happens to stores and indexes at start-up. */
    public enum SchemaMode {
        /** Creates what is missing. */
        UPDATE,
        /** Stops the start if anything is missing or differs. */
        VALIDATE,
        /** Creates what is missing and drops indexes that no entity declares. */
        SYNC,
        /** Nothing. */
        NONE
    }

    /** What becomes of a query method that no index serves, so that it reads its whole store. */
    public enum ScanMode {
        /** It runs. */
        ALLOW,
        /** It runs; the log says once which index would serve it. */
        WARN,
        /** It throws an exception that says which index would serve it. */
        FAIL
    }

    /**
     * Creation of stores and indexes at start-up.
     *
     * @param mode Treatment of the stores and indexes that entities declare, at start-up.
     */
    public record Schema(@DefaultValue("update") SchemaMode mode) {}

    /**
     * Query methods of repositories.
     *
     * @param scan Treatment of query methods that no index serves, so that they read their whole store.
     * @param slowThreshold Time from which a query is slow and kept for the endpoint; zero for keeping none.
     *     Milliseconds if no unit is given.
     */
    public record Query(
            @DefaultValue("warn") ScanMode scan,

            @DefaultValue("100ms") @DurationUnit(ChronoUnit.MILLIS)
            Duration slowThreshold) {}

    /**
     * Spring Data repositories.
     *
     * @param enabled Whether repositories are found and created without an annotation.
     */
    public record Repositories(@DefaultValue("true") boolean enabled) {}

    /**
     * A builder with these settings. Throws {@link InvalidConfigException} if {@link #dataDir()} names no directory.
     */
    public Config.Builder toConfigBuilder() {
        return settings().dataDir(dataPath());
    }

    private Config.Builder settings() {
        return Config.builder()
                .createIfMissing(createIfMissing)
                .walSyncMode(walSyncMode == WalSyncMode.ALWAYS ? SyncMode.always() : SyncMode.interval(walSyncInterval))
                .memtableSize(memtableSize.toBytes())
                .maxFrozenMemtables(maxFrozenMemtables)
                .flushInterval(flushInterval)
                .blockSize(saturated(blockSize))
                .blockCacheCapacity(blockCacheCapacity.toBytes())
                .indexMemoryBudget(indexMemoryBudget.toBytes())
                .bloomBitsPerKey(bloomBitsPerKey)
                .compression(compression)
                .walSegmentSize(walSegmentSize.toBytes())
                .compactionThreshold(compactionThreshold)
                .compactionInterval(compactionInterval)
                .gcInterval(gcInterval)
                .timeBucket(timeBucket)
                .defaultTtl(defaultTtl)
                .autoBackground(autoBackground)
                .inMemory(inMemory)
                .readOnly(readOnly);
    }

    /** Every value out of range, by the names of this record's components; empty if all are good. */
    List<Violation> violations() {
        List<Violation> found = new ArrayList<>();
        collect(this::dataPath, found);
        // An interval is checked also where the mode makes no use of it.
        Config.Builder checked = settings().walSyncMode(SyncMode.interval(walSyncInterval));
        collect(() -> checked.readOnly(readOnly && !inMemory).build(), found);
        if (inMemory && readOnly) {
            found.add(new Violation("readOnly", "true", "false with flowdb.in-memory=true, as nothing could be read"));
        }
        if (shutdownTimeout.isNegative()) {
            found.add(new Violation("shutdownTimeout", shutdownTimeout.toString(), NOT_NEGATIVE));
        }
        if (query.slowThreshold().isNegative()) {
            found.add(new Violation("query.slowThreshold", query.slowThreshold().toString(), NOT_NEGATIVE));
        }
        return found;
    }

    /** What is allowed of each component with a range, by its name: what is said of a value that has none of it. */
    static Map<String, String> ranges() {
        Duration negative = Duration.ofMillis(-1);
        List<Violation> all = new ArrayList<>();
        all.add(new Violation("shutdownTimeout", negative.toString(), NOT_NEGATIVE));
        all.add(new Violation("query.slowThreshold", negative.toString(), NOT_NEGATIVE));
        collect(
                () -> Config.builder()
                        .walSyncMode(SyncMode.interval(negative))
                        .memtableSize(-1)
                        .maxFrozenMemtables(-1)
                        .flushInterval(negative)
                        .blockSize(-1)
                        .blockCacheCapacity(-1)
                        .indexMemoryBudget(-1)
                        .bloomBitsPerKey(-1)
                        .walSegmentSize(-1)
                        .compactionThreshold(-1)
                        .compactionInterval(negative)
                        .gcInterval(negative)
                        .timeBucket(negative)
                        .defaultTtl(negative)
                        .build(),
                all);
        return all.stream().collect(Collectors.toMap(Violation::field, Violation::allowed));
    }

    private static void collect(Runnable check, List<Violation> found) {
        try {
            check.run();
        } catch (InvalidConfigException e) {
            e.violations().forEach(violation -> found.add(inWordsOfProperties(violation)));
        }
    }

    /** The allowed range as it can be written in a property: not all that code may set, and units as they are bound. */
    private static Violation inWordsOfProperties(Violation violation) {
        String allowed = violation.field().equals("walSyncMode") // whose mode is a property of its own
                ? "at least 1ms"
                : violation.allowed().replaceAll("(\\d) ([KMG])iB\\b", "$1$2B").replaceAll("(\\d) B\\b", "$1B");
        return new Violation(violation.field(), violation.value(), allowed);
    }

    private Path dataPath() {
        if (dataDir.contains("${")) {
            throw invalidDataDir("; nothing defines the placeholder in it");
        }
        if (dataDir.equals("~") || dataDir.startsWith("~/")) {
            throw invalidDataDir("; only a shell knows ~, write ${user.home}");
        }
        if (!dataDir.isBlank() && !dataDir.startsWith("file:") && !dataDir.startsWith("classpath:")) {
            try {
                return Path.of(dataDir);
            } catch (InvalidPathException e) {
                throw invalidDataDir(": " + e.getReason());
            }
        }
        throw invalidDataDir("");
    }

    private InvalidConfigException invalidDataDir(String reason) {
        return new InvalidConfigException(List.of(new Violation("dataDir", dataDir, DIRECTORY + reason)));
    }

    /* Beyond int is beyond the allowed range as well, where Config refuses it. */
    private static int saturated(DataSize size) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, size.toBytes()));
    }
}
