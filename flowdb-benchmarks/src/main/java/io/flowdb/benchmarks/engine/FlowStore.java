package io.flowdb.benchmarks.engine;

import io.flowdb.Compression;
import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineStats;
import io.flowdb.FlowRecord;
import io.flowdb.Query;
import io.flowdb.RecordScan;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.SyncMode;
import io.flowdb.WriteBatch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * FlowDB through its public API: with timestamps by {@link Engine#get} and {@link Engine#scan}, without them as an ordered store.
 *
 * <p>{@link Durability#OS} and {@link Durability#PROCESS} are the same here: a commit has always reached the operating system.
 */
final class FlowStore implements BenchStore {
    /** Longer than any run, so that no fsync of the log falls into one. The other engines do none either. */
    private static final Duration NO_SYNC = Duration.ofDays(1);

    private final StoreOptions options;
    private final Engine engine;

    private FlowStore(StoreOptions options, Engine engine) {
        this.options = options;
        this.engine = engine;
    }

    static FlowStore open(StoreOptions options) {
        SyncMode sync = options.durability() == Durability.FSYNC ? SyncMode.always() : SyncMode.interval(NO_SYNC);
        Config config = Config.builder()
                .dataDir(options.dir())
                .walSyncMode(sync)
                .memtableSize(options.memtableBytes())
                .maxFrozenMemtables(2)
                .blockSize(8 << 10)
                .blockCacheCapacity(options.cacheBytes())
                .bloomBitsPerKey(10)
                .compression(Compression.LZ4)
                .build();
        return new FlowStore(options, Engine.open(config));
    }

    @Override
    public BenchWriter writer() {
        return new Writer();
    }

    @Override
    public BenchReader reader() {
        return options.timestamps() ? new TimedReader() : new PlainReader();
    }

    @Override
    public void flush() {
        engine.flush();
    }

    @Override
    public boolean compact() {
        engine.compact();
        return true;
    }

    @Override
    public void settle() {
        engine.flush();
    }

    @Override
    public Stalls stalls() {
        EngineStats stats = engine.stats();
        return new Stalls(stats.writeStalls(), stats.writeStallNanos());
    }

    @Override
    public void close() {
        engine.close();
    }

    private final class Writer implements BenchWriter {
        private final WriteBatch batch = new WriteBatch();
        private final WriteBatch single = new WriteBatch();

        @Override
        public void add(byte[] key, long ts, byte[] value) {
            batch.put(key, ts, FlowRecord.NEVER, value);
        }

        @Override
        public void commit() {
            engine.write(batch);
            batch.clear();
        }

        @Override
        public void put(byte[] key, long ts, byte[] value) {
            engine.write(single.put(key, ts, FlowRecord.NEVER, value));
            single.clear();
        }

        @Override
        public void delete(byte[] key, long ts) {
            engine.write(single.delete(key, ts));
            single.clear();
        }

        @Override
        public void close() {
            batch.clear();
        }
    }

    /** Keys with a ts. */
    private final class TimedReader implements BenchReader {

        @Override
        public byte @Nullable [] get(byte[] key, long ts) {
            FlowRecord found = engine.get(key, ts).orElse(null);
            return found == null ? null : found.value();
        }

        @Override
        public BenchCursor all(boolean reverse) {
            return new TimedCursor(engine.scan(reverse ? Query.all().reverse() : Query.all()));
        }

        @Override
        public BenchCursor from(byte[] key) {
            return new TimedCursor(engine.scan(Query.all().fromKey(key, true)));
        }

        @Override
        public BenchCursor prefix(byte[] prefix) {
            return new TimedCursor(engine.scan(Query.prefix(prefix)));
        }

        @Override
        public void close() {}
    }

    private static final class TimedCursor implements BenchCursor {
        private static final FlowRecord NONE = FlowRecord.of(new byte[1], 0, new byte[0]);

        private final RecordScan scan;
        private FlowRecord current = NONE;

        TimedCursor(RecordScan scan) {
            this.scan = scan;
        }

        @Override
        public boolean next() {
            if (!scan.hasNext()) {
                return false;
            }
            current = scan.next();
            return true;
        }

        @Override
        public byte[] key() {
            return current.key();
        }

        @Override
        public int keyLength() {
            return current.key().length;
        }

        @Override
        public long ts() {
            return current.ts();
        }

        @Override
        public byte[] value() {
            return current.value();
        }

        @Override
        public void close() {
            scan.close();
        }
    }

    /** Keys without a ts. */
    private final class PlainReader implements BenchReader {
        private final StoreReader latest = engine.latest();

        @Override
        public byte @Nullable [] get(byte[] key, long ts) {
            StoredValue found = latest.get(key);
            return found == null ? null : found.value();
        }

        @Override
        public BenchCursor all(boolean reverse) {
            return new PlainCursor(latest.scan(null, null, reverse));
        }

        @Override
        public BenchCursor from(byte[] key) {
            return new PlainCursor(latest.scan(key, null, false));
        }

        @Override
        public BenchCursor prefix(byte[] prefix) {
            return new PlainCursor(latest.scan(prefix, Query.prefix(prefix).endKey(), false));
        }

        @Override
        public void close() {}
    }

    /** Fetches key and value once for each record. */
    private static final class PlainCursor implements BenchCursor {
        private static final byte[] NONE = new byte[0];

        private final StoreCursor cursor;
        private byte[] key = NONE;
        private byte[] value = NONE;

        PlainCursor(StoreCursor cursor) {
            this.cursor = cursor;
        }

        @Override
        public boolean next() {
            if (!cursor.next()) {
                return false;
            }
            key = cursor.key();
            value = cursor.value();
            return true;
        }

        @Override
        public byte[] key() {
            return key;
        }

        @Override
        public int keyLength() {
            return key.length;
        }

        @Override
        public long ts() {
            return 0;
        }

        @Override
        public byte[] value() {
            return value;
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
