package io.flowdb.benchmarks.engine;

import io.flowdb.Compression;
import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineStats;
import io.flowdb.FlowRecord;
import io.flowdb.Query;
import io.flowdb.RecordCursor;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.SyncMode;
import io.flowdb.WriteBatch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * FlowDB through its public API, with the calls that copy least: reads and walks fill prepared arrays. With timestamps
 * by {@link Engine#get(byte[], long, byte[])} and {@link Engine#cursor}, without them as an ordered store.
 *
 * <p>{@link Durability#OS} and {@link Durability#PROCESS} are the same here: a commit has always reached the operating
 * system.
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
    public void settle() throws InterruptedException {
        Compactions.awaitIdle(engine);
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
        public byte @Nullable [] get(byte[] key, long ts, byte[] into) {
            int length = engine.get(key, ts, into);
            if (length < 0) {
                return null;
            }
            return length == into.length
                    ? into
                    : engine.get(key, ts).map(FlowRecord::value).orElse(null);
        }

        @Override
        public BenchCursor all(boolean reverse) {
            return cursor(reverse ? Query.all().reverse() : Query.all());
        }

        @Override
        public BenchCursor from(byte[] key) {
            return cursor(Query.all().fromKey(key, true));
        }

        @Override
        public BenchCursor prefix(byte[] prefix) {
            return cursor(Query.prefix(prefix));
        }

        private BenchCursor cursor(Query query) {
            RecordCursor records = engine.cursor(query);
            return new Cursor(records, records);
        }
    }

    /** Keys without a ts. */
    private final class PlainReader implements BenchReader {
        private final StoreReader latest = engine.latest();

        @Override
        public byte @Nullable [] get(byte[] key, long ts, byte[] into) {
            int length = latest.get(key, into);
            if (length < 0) {
                return null;
            }
            if (length == into.length) {
                return into;
            }
            StoredValue found = latest.get(key);
            return found == null ? null : found.value();
        }

        @Override
        public BenchCursor all(boolean reverse) {
            return new Cursor(latest.scan(null, null, reverse), null);
        }

        @Override
        public BenchCursor from(byte[] key) {
            return new Cursor(latest.scan(key, null, false), null);
        }

        @Override
        public BenchCursor prefix(byte[] prefix) {
            return new Cursor(latest.scan(prefix, Query.prefix(prefix).endKey(), false), null);
        }
    }

    private static final class Cursor implements BenchCursor {
        private final StoreCursor cursor;
        private final @Nullable RecordCursor timed;

        Cursor(StoreCursor cursor, @Nullable RecordCursor timed) {
            this.cursor = cursor;
            this.timed = timed;
        }

        @Override
        public boolean next(byte[] key, byte[] value) {
            if (!cursor.next()) {
                return false;
            }
            ByteArrays.checkLength(cursor.copyKey(key, 0), key);
            ByteArrays.checkLength(cursor.copyValue(value, 0), value);
            return true;
        }

        @Override
        public long ts() {
            return timed == null ? 0 : timed.ts();
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
