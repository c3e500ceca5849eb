package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.EngineClosedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that are announced are read as others are; announcing them reads nothing from files. */
class PrefetchTest {
    private static final int RECORDS = 40_000;
    private static final int VALUE_BYTES = 300; // 12 MB in all, more than what prefetching ignores

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());

    /** With all blocks in memory, with few of them, with none; with locators and without. */
    @ParameterizedTest
    @CsvSource({"100000000, 100000000", "1000000, 100000000", "0, 100000000", "100000000, 0"})
    void prefetch_presentAndAbsentKeys_changesNothing(long cacheBytes, long indexBytes) {
        try (Engine engine = filled(cacheBytes, indexBytes)) {
            Random random = new Random(seed);
            for (int round = 0; round < 200; round++) {
                List<byte[]> keys = keys(random, random.nextInt(40));
                EngineStats.Cache before = engine.stats().cache();
                engine.latest().prefetch(keys);
                EngineStats.Cache after = engine.stats().cache();
                assertThat(after)
                        .as("flowdb.test.seed=%d round %d", seed, round)
                        .isEqualTo(before);
                for (byte[] key : keys) {
                    StoreReader.StoredValue found = engine.latest().get(key);
                    byte[] expected = expected(key);
                    assertThat(found == null ? null : found.value())
                            .as("flowdb.test.seed=%d round %d key %s", seed, round, text(key))
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void prefetch_emptyEngine_doesNothing_closedOneRefuses() {
        List<byte[]> keys = keys(new Random(1), 20);
        Engine engine = Engine.open(Config.builder().inMemory(true).build());
        StoreReader reader = engine.latest();
        assertThatCode(() -> reader.prefetch(keys)).doesNotThrowAnyException();
        engine.close();
        assertThatThrownBy(() -> reader.prefetch(keys)).isInstanceOf(EngineClosedException.class);
    }

    private static Engine filled(long cacheBytes, long indexBytes) {
        Engine engine = Engine.open(Config.builder()
                .inMemory(true)
                .blockCacheCapacity(cacheBytes)
                .indexMemoryBudget(indexBytes)
                .compression(Compression.NONE)
                .build());
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < RECORDS; i++) {
            byte[] key = key(2 * i);
            batch.put(key, 0, FlowRecord.NEVER, value(2 * i));
            if (i % 1_000 == 999) {
                engine.write(batch);
                batch.clear();
            }
        }
        engine.flush();
        engine.compact();
        assertThat(engine.stats().tables().bytes()).isGreaterThan(8 << 20);
        return engine;
    }

    /** Even numbers are there, odd ones are not. */
    private static List<byte[]> keys(Random random, int count) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(key(random.nextInt(2 * RECORDS + 10) - 5));
        }
        return keys;
    }

    private static byte[] key(int i) {
        return ("key " + (1_000_000 + i)).getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.US_ASCII);
    }

    private static byte @Nullable [] expected(byte[] key) {
        int i = Integer.parseInt(text(key).substring(4)) - 1_000_000;
        return i >= 0 && i < 2 * RECORDS && i % 2 == 0 ? value(i) : null;
    }

    private static byte[] value(int i) {
        byte[] value = new byte[VALUE_BYTES];
        new Random(i).nextBytes(value);
        return value;
    }
}
