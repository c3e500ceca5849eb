package io.flowdb.benchmarks.engine;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB through its own Java binding, with the calls that copy least: reads into a prepared array, single writes
 * without a batch object, one iterator a walk.
 */
final class RocksStore implements BenchStore {
    private static final String[] BUSY = {
        "rocksdb.mem-table-flush-pending",
        "rocksdb.num-running-flushes",
        "rocksdb.compaction-pending",
        "rocksdb.num-running-compactions"
    };

    static {
        RocksDB.loadLibrary();
    }

    private final StoreOptions options;
    private final List<RocksObject> natives;
    private final WriteOptions writeOptions;
    private final ReadOptions readOptions;
    private final RocksDB db;

    private RocksStore(StoreOptions options, List<RocksObject> natives, RocksDB db) {
        this.options = options;
        this.natives = natives;
        this.db = db;
        writeOptions = keep(natives, new WriteOptions())
                .setDisableWAL(false)
                .setSync(options.durability() == Durability.FSYNC);
        readOptions = keep(natives, new ReadOptions()).setVerifyChecksums(true).setFillCache(true);
    }

    static RocksStore open(StoreOptions options) throws Exception {
        Files.createDirectories(options.dir());
        List<RocksObject> natives = new ArrayList<>();
        Options all = dbOptions(options, natives);
        return new RocksStore(options, natives, RocksDB.open(all, options.dir().toString()));
    }

    private static Options dbOptions(StoreOptions options, List<RocksObject> natives) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockSize(8 << 10)
                .setBlockRestartInterval(16)
                .setFormatVersion(6)
                .setFilterPolicy(keep(natives, new BloomFilter(10, false)))
                .setWholeKeyFiltering(true)
                // As in FlowDB, indexes and filters stay in memory beside the cache.
                .setCacheIndexAndFilterBlocks(false);
        if (options.cacheBytes() == 0) {
            table.setNoBlockCache(true);
        } else {
            table.setBlockCache(keep(natives, new LRUCache(options.cacheBytes())));
        }
        return keep(natives, new Options())
                .setCreateIfMissing(true)
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setBottommostCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(options.memtableBytes())
                .setMaxWriteBufferNumber(3)
                .setLevelCompactionDynamicLevelBytes(true)
                .setLevel0FileNumCompactionTrigger(4)
                .setTargetFileSizeBase(64L << 20)
                .setMaxBytesForLevelBase(256L << 20)
                .setMaxBackgroundJobs(2)
                .setMaxSubcompactions(1)
                .setMaxOpenFiles(-1)
                .setAllowConcurrentMemtableWrite(true)
                .setEnableWriteThreadAdaptiveYield(true)
                .setEnablePipelinedWrite(false)
                .setUseFsync(false)
                .setUseDirectReads(false)
                .setUseDirectIoForFlushAndCompaction(false)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
    }

    private static <T extends RocksObject> T keep(List<RocksObject> natives, T object) {
        natives.add(object);
        return object;
    }

    @Override
    public BenchWriter writer() {
        return new Writer();
    }

    @Override
    public BenchReader reader() {
        return new Reader();
    }

    @Override
    public void flush() throws RocksDBException {
        try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            db.flush(flush);
        }
    }

    @Override
    public boolean compact() throws RocksDBException {
        db.compactRange();
        return true;
    }

    @Override
    public void settle() throws Exception {
        flush();
        while (busy()) {
            Thread.sleep(10);
        }
    }

    private boolean busy() throws RocksDBException {
        for (String property : BUSY) {
            if (db.getLongProperty(property) > 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Stalls stalls() {
        return Stalls.UNKNOWN;
    }

    @Override
    public void close() throws RocksDBException {
        db.closeE();
        for (RocksObject object : natives) {
            object.close();
        }
    }

    private final class Writer implements BenchWriter {
        private final TimedKey keys = new TimedKey(options);
        private final WriteBatch batch = new WriteBatch();

        @Override
        public void add(byte[] key, long ts, byte[] value) throws RocksDBException {
            batch.put(keys.of(key, ts), value);
        }

        @Override
        public void commit() throws RocksDBException {
            db.write(writeOptions, batch);
            batch.clear();
        }

        @Override
        public void put(byte[] key, long ts, byte[] value) throws RocksDBException {
            db.put(writeOptions, keys.of(key, ts), value);
        }

        @Override
        public void delete(byte[] key, long ts) throws RocksDBException {
            db.delete(writeOptions, keys.of(key, ts));
        }

        @Override
        public void close() {
            batch.close();
        }
    }

    private final class Reader implements BenchReader {
        private final TimedKey keys = new TimedKey(options);

        @Override
        public byte @Nullable [] get(byte[] key, long ts, byte[] into) throws RocksDBException {
            int length = db.get(readOptions, keys.of(key, ts), into);
            if (length == RocksDB.NOT_FOUND) {
                return null;
            }
            if (length != into.length) {
                return db.get(readOptions, keys.of(key, ts));
            }
            return into;
        }

        @Override
        public BenchCursor all(boolean reverse) {
            RocksIterator iterator = db.newIterator(readOptions);
            if (reverse) {
                iterator.seekToLast();
            } else {
                iterator.seekToFirst();
            }
            return new Cursor(iterator, null, reverse);
        }

        @Override
        public BenchCursor from(byte[] key) {
            RocksIterator iterator = db.newIterator(readOptions);
            iterator.seek(key);
            return new Cursor(iterator, null, false);
        }

        @Override
        public BenchCursor prefix(byte[] prefix) {
            RocksIterator iterator = db.newIterator(readOptions);
            iterator.seek(prefix);
            return new Cursor(iterator, prefix, false);
        }
    }

    /** Keys and values have one length each, so that they are fetched into the same arrays again and again. */
    private final class Cursor implements BenchCursor {
        private final RocksIterator iterator;
        private final byte @Nullable [] prefix;
        private final boolean reverse;
        private final byte[] stored = new byte[TimedKey.length(options)];
        private boolean started;

        Cursor(RocksIterator iterator, byte @Nullable [] prefix, boolean reverse) {
            this.iterator = iterator;
            this.prefix = prefix;
            this.reverse = reverse;
        }

        @Override
        public boolean next(byte[] key, byte[] value) throws RocksDBException {
            if (started) {
                if (reverse) {
                    iterator.prev();
                } else {
                    iterator.next();
                }
            }
            started = true;
            if (!iterator.isValid()) {
                iterator.status();
                return false;
            }
            ByteArrays.checkLength(iterator.key(stored), stored);
            if (prefix != null && !ByteArrays.startsWith(stored, prefix)) {
                return false;
            }
            ByteArrays.fill(key, stored, options.keyBytes());
            ByteArrays.checkLength(iterator.value(value), value);
            return true;
        }

        @Override
        public long ts() {
            return options.timestamps() ? TimedKey.ts(stored, options.keyBytes()) : 0;
        }

        @Override
        public void close() {
            iterator.close();
        }
    }
}
