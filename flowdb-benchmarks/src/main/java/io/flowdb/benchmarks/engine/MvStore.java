package io.flowdb.benchmarks.engine;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * H2's MVStore: one map from bytes to bytes in unsigned order, pages compressed with LZF as the others compress theirs.
 *
 * <p>A batch is the entries put between two commits, so that writers with batches take turns up to the fsync. For
 * {@link Durability#PROCESS} the store commits by itself once a second, as it does by default; otherwise each commit is
 * written by its caller, and forced if asked for. Each call says which version it works on, as the transactions of H2
 * do: with no older versions kept, commits beside it would give away the chunks that it reads.
 */
final class MvStore implements BenchStore {
    private static final int COMPACT_MILLIS = 60_000;

    private final StoreOptions options;
    private final MVStore store;
    private final MVMap<byte[], byte[]> map;

    private MvStore(StoreOptions options, MVStore store) {
        this.options = options;
        this.store = store;
        map = store.openMap(
                "records",
                new MVMap.Builder<byte[], byte[]>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    static MvStore open(StoreOptions options) throws Exception {
        Files.createDirectories(options.dir());
        int cacheMegabytes = (int) ((options.cacheBytes() + (1 << 20) - 1) >> 20);
        MVStore.Builder builder = new MVStore.Builder()
                .fileName(options.dir().resolve("records.mv").toString())
                .cacheSize(cacheMegabytes)
                .compress();
        if (options.durability() != Durability.PROCESS) {
            builder.autoCommitDisabled();
        }
        MVStore store = builder.open();
        store.setVersionsToKeep(0);
        if (options.durability() != Durability.FSYNC) {
            // Space of unreferenced chunks is reused at once: what needs no fsync needs no grace period either.
            store.setRetentionTime(0);
        }
        return new MvStore(options, store);
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
    public void flush() {
        store.commit();
    }

    @Override
    public boolean compact() {
        store.commit();
        store.compactFile(COMPACT_MILLIS);
        return true;
    }

    @Override
    public void settle() {
        store.commit();
    }

    @Override
    public Stalls stalls() {
        return Stalls.UNKNOWN;
    }

    @Override
    public void close() {
        store.close();
    }

    private void commitAsAsked() {
        if (options.durability() != Durability.PROCESS) {
            store.commit();
            syncAsAsked();
        }
    }

    private void syncAsAsked() {
        if (options.durability() == Durability.FSYNC) {
            store.sync();
        }
    }

    private final class Writer implements BenchWriter {
        private final TimedKey keys = new TimedKey(options);
        private final List<byte[]> batch = new ArrayList<>();

        @Override
        public void add(byte[] key, long ts, byte[] value) {
            batch.add(keys.of(key, ts).clone());
            batch.add(value.clone());
        }

        @Override
        public void commit() {
            synchronized (store) {
                MVStore.TxCounter usage = store.registerVersionUsage();
                try {
                    for (int i = 0; i < batch.size(); i += 2) {
                        map.put(batch.get(i), batch.get(i + 1));
                    }
                } finally {
                    store.deregisterVersionUsage(usage);
                }
                if (options.durability() != Durability.PROCESS) {
                    store.commit();
                }
            }
            batch.clear();
            syncAsAsked();
        }

        @Override
        public void put(byte[] key, long ts, byte[] value) {
            MVStore.TxCounter usage = store.registerVersionUsage();
            try {
                map.put(keys.of(key, ts).clone(), value.clone());
            } finally {
                store.deregisterVersionUsage(usage);
            }
            commitAsAsked();
        }

        @Override
        public void delete(byte[] key, long ts) {
            MVStore.TxCounter usage = store.registerVersionUsage();
            try {
                map.remove(keys.of(key, ts));
            } finally {
                store.deregisterVersionUsage(usage);
            }
            commitAsAsked();
        }

        @Override
        public void close() {
            batch.clear();
        }
    }

    private final class Reader implements BenchReader {
        private final TimedKey keys = new TimedKey(options);

        @Override
        public byte @Nullable [] get(byte[] key, long ts, byte[] into) {
            MVStore.TxCounter usage = store.registerVersionUsage();
            try {
                return map.get(keys.of(key, ts));
            } finally {
                store.deregisterVersionUsage(usage);
            }
        }

        @Override
        public BenchCursor all(boolean reverse) {
            return new Walk(() -> map.cursor(null, null, reverse), null);
        }

        @Override
        public BenchCursor from(byte[] key) {
            return new Walk(() -> map.cursor(key), null);
        }

        @Override
        public BenchCursor prefix(byte[] prefix) {
            return new Walk(() -> map.cursor(prefix), prefix);
        }
    }

    private final class Walk implements BenchCursor {
        private final MVStore.TxCounter usage;
        private final Cursor<byte[], byte[]> cursor;
        private final byte @Nullable [] prefix;

        Walk(Supplier<Cursor<byte[], byte[]>> opening, byte @Nullable [] prefix) {
            this.prefix = prefix;
            usage = store.registerVersionUsage();
            cursor = opening.get();
        }

        @Override
        public boolean next(byte[] key, byte[] value) {
            if (!cursor.hasNext()) {
                return false;
            }
            byte[] stored = cursor.next();
            if (prefix != null && !ByteArrays.startsWith(stored, prefix)) {
                return false;
            }
            ByteArrays.fill(key, stored, stored.length - (options.timestamps() ? Long.BYTES : 0));
            byte[] found = cursor.getValue();
            ByteArrays.fill(value, found, found.length);
            return true;
        }

        @Override
        public long ts() {
            return options.timestamps() ? TimedKey.ts(cursor.getKey(), options.keyBytes()) : 0;
        }

        @Override
        public void close() {
            store.deregisterVersionUsage(usage);
        }
    }
}
