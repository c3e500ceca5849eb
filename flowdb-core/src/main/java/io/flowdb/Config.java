package io.flowdb;

import io.flowdb.error.InvalidConfigException;
import io.flowdb.error.InvalidConfigException.Violation;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an {@link Engine}. Immutable; sizes are bytes.
 *
 * <p>Every way to make one checks every field and reports all bad ones in one {@link InvalidConfigException}; a null
 * where none is allowed is a {@link NullPointerException} with the name of the field. An engine takes less than
 * {@code memtableSize}, {@code blockCacheCapacity} and {@code indexMemoryBudget} say, of those that want most, if all
 * of them together are more than half of the heap beyond 32 MiB.
 *
 * @param dataDir directory of the database.
 * @param createIfMissing whether {@link Engine#open} creates a missing data directory.
 * @param walSyncMode when commits are forced to stable storage.
 * @param memtableSize bytes a memtable takes before it is frozen and flushed.
 * @param maxFrozenMemtables frozen memtables waiting for their flush at which writers stall.
 * @param flushInterval age at which a memtable is flushed in the background if worthwhile: a quarter full, or with
 *     range deletes over a quarter of what the tables hold; zero for only by size.
 * @param blockSize bytes of a data block before compression.
 * @param blockCacheCapacity bytes of uncompressed blocks kept in memory; 0 for none.
 * @param indexMemoryBudget bytes of block indexes, locators and filters kept in memory; what does not fit is read
 *     through the block cache.
 * @param bloomBitsPerKey bits of bloom filter per key; 0 for none.
 * @param compression how blocks of new tables are compressed.
 * @param walSegmentSize bytes of one WAL segment; {@code memtableSize} if that is less.
 * @param compactionThreshold tables of level 0 from which a compaction is due.
 * @param compactionInterval how often compaction is considered without a flush.
 * @param gcInterval how often expired tables are dropped.
 * @param timeBucket width of the buckets of the time index, by which a query over a range of time finds its tables.
 * @param defaultTtl time to live of records written without expiry; null for none.
 * @param autoBackground whether flush, compaction, GC and interval syncs run by themselves; false for tests.
 * @param inMemory whether everything is kept in memory and gone at close; no directory is touched.
 * @param readOnly whether the directory is opened without its lock, as it is, refusing writes; not with
 *     {@code inMemory}.
 * @param clockMicros source of the time, in microseconds since the epoch.
 */
public record Config(
        Path dataDir,
        boolean createIfMissing,
        SyncMode walSyncMode,
        long memtableSize,
        int maxFrozenMemtables,
        Duration flushInterval,
        int blockSize,
        long blockCacheCapacity,
        long indexMemoryBudget,
        int bloomBitsPerKey,
        Compression compression,
        long walSegmentSize,
        int compactionThreshold,
        Duration compactionInterval,
        Duration gcInterval,
        Duration timeBucket,
        @Nullable Duration defaultTtl,
        boolean autoBackground,
        boolean inMemory,
        boolean readOnly,
        LongSupplier clockMicros) {

    /** Checks every field; throws {@link InvalidConfigException} naming every bad one. */
    public Config {
        Objects.requireNonNull(dataDir, "dataDir");
        Objects.requireNonNull(compression, "compression");
        Objects.requireNonNull(clockMicros, "clockMicros");
        Objects.requireNonNull(flushInterval, "flushInterval");
        Objects.requireNonNull(compactionInterval, "compactionInterval");
        Objects.requireNonNull(gcInterval, "gcInterval");
        Objects.requireNonNull(timeBucket, "timeBucket");
        new Checks()
                .range("memtableSize", memtableSize, 64 << 10, 1L << 30, "64 KiB to 1 GiB")
                .range("maxFrozenMemtables", maxFrozenMemtables, 1, 64, "1 to 64")
                .range("blockSize", blockSize, 512, 4 << 20, "512 B to 4 MiB")
                .range("blockCacheCapacity", blockCacheCapacity, 0, Long.MAX_VALUE, "0 or more bytes")
                .range("indexMemoryBudget", indexMemoryBudget, 0, Long.MAX_VALUE, "0 or more bytes")
                .range("bloomBitsPerKey", bloomBitsPerKey, 0, 64, "0 to 64")
                .range("walSegmentSize", walSegmentSize, 64 << 10, 1L << 30, "64 KiB to 1 GiB")
                .range("compactionThreshold", compactionThreshold, 2, 1000, "2 to 1000")
                .that(
                        !(walSyncMode instanceof SyncMode.Interval i)
                                || i.period().compareTo(Duration.ofMillis(1)) >= 0,
                        "walSyncMode",
                        Objects.requireNonNull(walSyncMode, "walSyncMode"),
                        "always, or an interval of at least 1 ms")
                .that(!flushInterval.isNegative(), "flushInterval", flushInterval, "0 or more")
                .positive("compactionInterval", compactionInterval)
                .positive("gcInterval", gcInterval)
                .positive("timeBucket", timeBucket)
                .that(
                        defaultTtl == null || isPositive(defaultTtl),
                        "defaultTtl",
                        String.valueOf(defaultTtl),
                        "none, or more than 0")
                .that(
                        !(inMemory && readOnly),
                        "readOnly",
                        readOnly,
                        "false with inMemory = true: nothing could be read")
                .throwIfAny();
    }

    private static boolean isPositive(Duration d) {
        return !d.isNegative() && !d.isZero();
    }

    /** Collects what is wrong. */
    private static final class Checks {
        private final List<Violation> violations = new ArrayList<>();

        Checks that(boolean ok, String field, Object value, String allowed) {
            if (!ok) {
                violations.add(new Violation(field, value.toString(), allowed));
            }
            return this;
        }

        Checks range(String field, long value, long min, long max, String allowed) {
            return that(value >= min && value <= max, field, value, allowed);
        }

        Checks positive(String field, Duration value) {
            return that(isPositive(value), field, value, "more than 0");
        }

        void throwIfAny() {
            if (!violations.isEmpty()) {
                throw new InvalidConfigException(violations);
            }
        }
    }

    /** A builder holding the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** The defaults with another directory. */
    public static Config of(Path dataDir) {
        return builder().dataDir(dataDir).build();
    }

    /** A builder holding these settings. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.dataDir = dataDir;
        b.createIfMissing = createIfMissing;
        b.walSyncMode = walSyncMode;
        b.memtableSize = memtableSize;
        b.maxFrozenMemtables = maxFrozenMemtables;
        b.flushInterval = flushInterval;
        b.blockSize = blockSize;
        b.blockCacheCapacity = blockCacheCapacity;
        b.indexMemoryBudget = indexMemoryBudget;
        b.bloomBitsPerKey = bloomBitsPerKey;
        b.compression = compression;
        b.walSegmentSize = walSegmentSize;
        b.compactionThreshold = compactionThreshold;
        b.compactionInterval = compactionInterval;
        b.gcInterval = gcInterval;
        b.timeBucket = timeBucket;
        b.defaultTtl = defaultTtl;
        b.autoBackground = autoBackground;
        b.inMemory = inMemory;
        b.readOnly = readOnly;
        b.clockMicros = clockMicros;
        return b;
    }

    private static LongSupplier systemMicros() {
        return () -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** Collects settings. Threads: one. */
    public static final class Builder {
        private Path dataDir = Path.of("./data");
        private boolean createIfMissing = true;
        private SyncMode walSyncMode = SyncMode.always();
        private long memtableSize = 64L << 20;
        private int maxFrozenMemtables = 2;
        private Duration flushInterval = Duration.ofSeconds(1);
        private int blockSize = 8192;
        private long blockCacheCapacity = 128L << 20;
        private long indexMemoryBudget = 256L << 20;
        private int bloomBitsPerKey = 10;
        private Compression compression = Compression.LZ4;
        private long walSegmentSize = 64L << 20;
        private int compactionThreshold = 2;
        private Duration compactionInterval = Duration.ofSeconds(60);
        private Duration gcInterval = Duration.ofHours(1);
        private Duration timeBucket = Duration.ofHours(1);
        private @Nullable Duration defaultTtl = null;
        private boolean autoBackground = true;
        private boolean inMemory = false;
        private boolean readOnly = false;
        private LongSupplier clockMicros = systemMicros();

        private Builder() {}

        /** Directory of the database. Default: {@code ./data}. */
        public Builder dataDir(Path dataDir) {
            this.dataDir = Objects.requireNonNull(dataDir, "dataDir");
            return this;
        }

        /** Whether {@link Engine#open} creates a missing data directory. Default: true. */
        public Builder createIfMissing(boolean createIfMissing) {
            this.createIfMissing = createIfMissing;
            return this;
        }

        /**
         * When commits are forced to stable storage. Allowed: always, or an interval of at least 1 ms. Default: always.
         */
        public Builder walSyncMode(SyncMode walSyncMode) {
            this.walSyncMode = Objects.requireNonNull(walSyncMode, "walSyncMode");
            return this;
        }

        /** Bytes a memtable takes before it is frozen and flushed. Allowed: 64 KiB to 1 GiB. Default: 64 MiB. */
        public Builder memtableSize(long memtableSize) {
            this.memtableSize = memtableSize;
            return this;
        }

        /** Frozen memtables waiting for their flush at which writers stall. Allowed: 1 to 64. Default: 2. */
        public Builder maxFrozenMemtables(int maxFrozenMemtables) {
            this.maxFrozenMemtables = maxFrozenMemtables;
            return this;
        }

        /**
         * Age at which a memtable is flushed in the background if worthwhile; zero for only by size. Allowed: 0 or
         * more. Default: 1 s.
         */
        public Builder flushInterval(Duration flushInterval) {
            this.flushInterval = Objects.requireNonNull(flushInterval, "flushInterval");
            return this;
        }

        /** Bytes of a data block before compression. Allowed: 512 B to 4 MiB. Default: 8 KiB. */
        public Builder blockSize(int blockSize) {
            this.blockSize = blockSize;
            return this;
        }

        /** Bytes of uncompressed blocks kept in memory; 0 for none. Allowed: 0 or more bytes. Default: 128 MiB. */
        public Builder blockCacheCapacity(long blockCacheCapacity) {
            this.blockCacheCapacity = blockCacheCapacity;
            return this;
        }

        /**
         * Bytes of block indexes, locators and filters kept in memory; what does not fit is read through the block
         * cache. Allowed: 0 or more bytes. Default: 256 MiB.
         */
        public Builder indexMemoryBudget(long indexMemoryBudget) {
            this.indexMemoryBudget = indexMemoryBudget;
            return this;
        }

        /** Bits of bloom filter per key; 0 for none. Allowed: 0 to 64. Default: 10. */
        public Builder bloomBitsPerKey(int bloomBitsPerKey) {
            this.bloomBitsPerKey = bloomBitsPerKey;
            return this;
        }

        /** How blocks of new tables are compressed. Default: LZ4. */
        public Builder compression(Compression compression) {
            this.compression = Objects.requireNonNull(compression, "compression");
            return this;
        }

        /**
         * Bytes of one WAL segment; {@code memtableSize} if that is less. Allowed: 64 KiB to 1 GiB. Default: 64 MiB.
         */
        public Builder walSegmentSize(long walSegmentSize) {
            this.walSegmentSize = walSegmentSize;
            return this;
        }

        /** Tables of level 0 from which a compaction is due. Allowed: 2 to 1000. Default: 2. */
        public Builder compactionThreshold(int compactionThreshold) {
            this.compactionThreshold = compactionThreshold;
            return this;
        }

        /** How often compaction is considered without a flush. Allowed: more than 0. Default: 60 s. */
        public Builder compactionInterval(Duration compactionInterval) {
            this.compactionInterval = Objects.requireNonNull(compactionInterval, "compactionInterval");
            return this;
        }

        /** How often expired tables are dropped. Allowed: more than 0. Default: 1 h. */
        public Builder gcInterval(Duration gcInterval) {
            this.gcInterval = Objects.requireNonNull(gcInterval, "gcInterval");
            return this;
        }

        /**
         * Width of the buckets of the time index, by which a query over a range of time finds its tables. Allowed: more
         * than 0. Default: 1 h.
         */
        public Builder timeBucket(Duration timeBucket) {
            this.timeBucket = Objects.requireNonNull(timeBucket, "timeBucket");
            return this;
        }

        /**
         * Time to live of records written without expiry; null for none. Allowed: none, or more than 0. Default: none.
         */
        public Builder defaultTtl(@Nullable Duration defaultTtl) {
            this.defaultTtl = defaultTtl;
            return this;
        }

        /** Whether flush, compaction, GC and interval syncs run by themselves; false for tests. Default: true. */
        public Builder autoBackground(boolean autoBackground) {
            this.autoBackground = autoBackground;
            return this;
        }

        /** Whether everything is kept in memory and gone at close; no directory is touched. Default: false. */
        public Builder inMemory(boolean inMemory) {
            this.inMemory = inMemory;
            return this;
        }

        /** Whether the directory is opened without its lock, as it is, refusing writes. Default: false. */
        public Builder readOnly(boolean readOnly) {
            this.readOnly = readOnly;
            return this;
        }

        /** Source of the time, in microseconds since the epoch. Default: the system clock. */
        public Builder clockMicros(LongSupplier clockMicros) {
            this.clockMicros = Objects.requireNonNull(clockMicros, "clockMicros");
            return this;
        }

        /** The same as {@link #clockMicros}, from a {@link Clock}. */
        public Builder clock(Clock clock) {
            Objects.requireNonNull(clock, "clock");
            return clockMicros(() -> ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()));
        }

        /** The settings; throws {@link InvalidConfigException} naming every bad one. */
        public Config build() {
            return new Config(
                    dataDir,
                    createIfMissing,
                    walSyncMode,
                    memtableSize,
                    maxFrozenMemtables,
                    flushInterval,
                    blockSize,
                    blockCacheCapacity,
                    indexMemoryBudget,
                    bloomBitsPerKey,
                    compression,
                    walSegmentSize,
                    compactionThreshold,
                    compactionInterval,
                    gcInterval,
                    timeBucket,
                    defaultTtl,
                    autoBackground,
                    inMemory,
                    readOnly,
                    clockMicros);
        }
    }
}
