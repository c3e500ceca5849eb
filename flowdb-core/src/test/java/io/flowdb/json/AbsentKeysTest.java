package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Preconditions;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Look-ups of keys that are mostly not there answer as the state does, whatever the order they come in. */
class AbsentKeysTest {
    private static final int KEYS = 5_000;
    private static final byte[] END = key(KEYS);

    private static byte[] key(int number) {
        return ByteBuffer.allocate(5).put((byte) 7).putInt(number).array();
    }

    private static MemoryStore storeWith(Random random, double share) {
        MemoryStore store = new MemoryStore();
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < KEYS; i++) {
            if (random.nextDouble() < share) {
                batch.put(key(i), new byte[] {(byte) i});
            }
        }
        if (!batch.isEmpty()) {
            store.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
        }
        return store;
    }

    @Test
    void get_randomRunsOfKeys_answersAsTheState() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (double share : new double[] {0, 0.002, 0.05, 0.5}) {
            try (StoreSnapshot snapshot = storeWith(random, share).snapshot()) {
                AbsentKeys keys = new AbsentKeys(snapshot);
                for (int run = 0; run < 200; run++) {
                    int at = random.nextInt(KEYS);
                    int step = random.nextInt(8) - 1;
                    for (int i = 0; i < 50 && at >= 0 && at < KEYS; i++, at += step) {
                        StoredValue expected = snapshot.get(key(at));
                        StoredValue found = keys.get(key(at), END);
                        String about = "seed " + seed + ", share " + share + ", key " + at;
                        assertThat(found == null).as(about).isEqualTo(expected == null);
                        if (found != null && expected != null) {
                            assertThat(found.value()).as(about).isEqualTo(expected.value());
                            assertThat(found.seqno()).as(about).isEqualTo(expected.seqno());
                            assertThat(found.expireAt()).as(about).isEqualTo(expected.expireAt());
                        }
                    }
                }
            }
        }
    }

    @Test
    void get_risingNewKeys_areAnsweredByOneWalk() {
        MemoryStore store = storeWith(new Random(1), 0);
        try (StoreSnapshot snapshot = store.snapshot()) {
            AbsentKeys keys = new AbsentKeys(snapshot);
            for (int i = 0; i < KEYS; i++) {
                assertThat(keys.get(key(i), END)).isNull();
            }
        }
        assertThat(store.gets.get()).as("keys looked up alone").isLessThan(5);
    }

    @Test
    void get_everySecondKeyThere_seldomTriesAWalk() {
        MemoryStore store = new MemoryStore();
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < KEYS; i++) {
            batch.put(key(4 * i), new byte[0]);
        }
        store.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
        try (StoreSnapshot snapshot = store.snapshot()) {
            AbsentKeys keys = new AbsentKeys(snapshot);
            for (int i = 0; i < KEYS; i++) {
                assertThat(keys.get(key(4 * i + 1), key(4 * KEYS))).isNull();
            }
        }
        assertThat(store.gets.get()).as("keys looked up alone").isGreaterThan(KEYS - 20);
    }
}
