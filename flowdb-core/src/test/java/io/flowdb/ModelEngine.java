package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.RecordNotFoundException;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.MemoryFileSystem;
import io.flowdb.internal.io.NioFileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An engine with settings chosen at random. Files in memory outlive a reopening here. */
final class ModelEngine implements ModelTarget, AutoCloseable {
    private final AtomicLong clock = new AtomicLong(START);
    private final List<Snapshot> pinned = new ArrayList<>();
    private final Config config;
    private final FileSystem files;
    private Engine engine;

    ModelEngine(Path directory, Random random, @Nullable Duration defaultTtl) {
        this.config = randomConfig(directory, random, clock).toBuilder()
                .defaultTtl(defaultTtl)
                .build();
        this.files = config.inMemory() ? new MemoryFileSystem() : NioFileSystem.INSTANCE;
        this.engine = EngineOpening.open(config, files);
    }

    /* Without background work nobody would flush for a writer that waits, so then it never has to. */
    private static Config randomConfig(Path directory, Random random, AtomicLong clock) {
        boolean background = random.nextInt(3) > 0;
        Duration period = Duration.ofMillis(1 + random.nextInt(1_000));
        return Config.builder()
                .dataDir(directory)
                .inMemory(random.nextBoolean())
                .memtableSize(64L << 10 << random.nextInt(3))
                .maxFrozenMemtables(background ? 1 + random.nextInt(4) : 64)
                .flushInterval(background ? Duration.ofMillis(random.nextInt(20)) : Duration.ZERO)
                .blockSize(512 << random.nextInt(8))
                .blockCacheCapacity(pick(random, 0, 2_000, 64 << 10, 16 << 20))
                .indexMemoryBudget(pick(random, 0, 1_000, 20_000, 256 << 20))
                .bloomBitsPerKey((int) pick(random, 0, 1, 10, 64))
                .compression(random.nextBoolean() ? Compression.LZ4 : Compression.NONE)
                .walSyncMode(random.nextInt(3) == 0 ? SyncMode.always() : SyncMode.interval(period))
                .walSegmentSize(64L << 10 << random.nextInt(4))
                .compactionThreshold(2 + random.nextInt(5))
                .compactionInterval(period)
                .gcInterval(period)
                .timeBucket(Duration.ofNanos(pick(random, 1_000, 1_000_000, 3_600_000_000_000L)))
                .autoBackground(background)
                .clockMicros(clock::get)
                .build();
    }

    private static long pick(Random random, long... from) {
        return from[random.nextInt(from.length)];
    }

    @Override
    public void pass(long micros) {
        clock.addAndGet(micros);
    }

    @Override
    public void put(List<FlowRecord> records, @Nullable Duration ttl) {
        if (ttl == null) {
            engine.writeBatch(records);
        } else {
            engine.writeBatch(records, ttl);
        }
    }

    @Override
    public void commit(List<Change> changes) {
        Change only = changes.get(0);
        if (changes.size() == 1 && only.op() == Op.DELETE) {
            engine.delete(only.key(), only.ts());
            return;
        }
        if (changes.size() == 1 && only.op() == Op.DELETE_RANGE) {
            engine.deleteRange(only.key(), only.value());
            return;
        }
        WriteBatch batch = new WriteBatch();
        for (Change c : changes) {
            if (c.op() == Op.PUT) {
                batch.put(c.key(), c.ts(), c.expireAt(), c.value());
            } else if (c.op() == Op.DELETE) {
                batch.delete(c.key(), c.ts());
            } else {
                batch.deleteRange(c.key(), c.value());
            }
        }
        engine.write(batch);
    }

    @Override
    public Optional<FlowRecord> patch(byte[] key, long ts, Patch patch) {
        try {
            return Optional.of(engine.patch(key, ts, patch));
        } catch (RecordNotFoundException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<FlowRecord> get(byte[] key, long ts) {
        return engine.get(key, ts);
    }

    @Override
    public Optional<FlowRecord> getLatest(byte[] key) {
        return engine.getLatest(key);
    }

    @Override
    public List<FlowRecord> query(Query query, Form form) {
        if (form == Form.LIST) {
            return engine.query(query);
        }
        if (form == Form.SNAPSHOT) {
            try (Snapshot snapshot = engine.snapshot()) {
                return drain(snapshot.scan(query));
            }
        }
        if (form == Form.ITERATOR) {
            return drain(engine.scan(query));
        }
        try (Stream<FlowRecord> stream = engine.scan(query).stream()) {
            return stream.toList();
        }
    }

    private static List<FlowRecord> drain(RecordScan scan) {
        List<FlowRecord> found = new ArrayList<>();
        try (scan) {
            scan.forEachRemaining(found::add);
        }
        return found;
    }

    @Override
    public void pin() {
        pinned.add(engine.snapshot());
    }

    @Override
    public List<FlowRecord> querySnapshot(int number, Query query) {
        return drain(pinned.get(number).scan(query));
    }

    @Override
    public Optional<FlowRecord> getFromSnapshot(int number, byte[] key, long ts) {
        return pinned.get(number).get(key, ts);
    }

    @Override
    public void unpin(int number) {
        pinned.remove(number).close();
    }

    @Override
    public void maintain(Upkeep upkeep) {
        switch (upkeep) {
            case FLUSH -> engine.flush();
            case COMPACT -> engine.compact();
            default -> engine.gc();
        }
    }

    @Override
    public void reopen() {
        pinned.forEach(Snapshot::close);
        pinned.clear();
        engine.close();
        engine = EngineOpening.open(config, files);
    }

    @Override
    public void checkAll(String what, ReadForms expected) {
        expected.check(engine, what + ", " + this);
        assertThat(engine.verify().problems()).as(what + ", " + this).isEmpty();
    }

    @Override
    public void close() {
        pinned.forEach(Snapshot::close);
        engine.close();
    }

    @Override
    public String toString() {
        return config.toString();
    }
}
