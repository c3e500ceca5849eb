package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.UniqueViolationException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** After a crash before any commit, of writes and of index builds alike, documents, indexes and counters agree. */
class DocumentCrashTest {
    @Test
    void crash_beforeAnyCommit_leavesIndexesAndCountersRight() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("crash_beforeAnyCommit_leavesIndexesAndCountersRight seed " + seed);
        Random random = new Random(seed);
        MemoryStore store = new MemoryStore();
        List<MemoryStore> images = new ArrayList<>();
        store.beforeCommit = () -> {
            if (random.nextInt(10) == 0 && images.size() < 60) {
                images.add(store.image());
            }
        };
        JsonDB db = JsonDB.on(store);
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("v", "v")
                .withUniqueIndex("u", "u")
                .withAutoIncrement());
        Set<Object> generated = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            switch (random.nextInt(6)) {
                case 0 -> generated.add(db.putAuto("s", json("{'v':" + i % 7 + "}")));
                case 1 -> db.delete("s", random.nextInt(60));
                case 2 ->
                    db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
                        t.putAuto("s", json("{'v':[1,2]}"));
                        return t.deleteRange("s", KeyRange.bound(5, 8, false, false));
                    });
                default -> {
                    try {
                        db.put("s", json("{'id':" + random.nextInt(60) + ",'u':" + random.nextInt(40) + ",'v':1}"));
                    } catch (UniqueViolationException e) {
                        assertThat(e.index()).isEqualTo("u");
                    }
                }
            }
        }
        store.beforeCommit = () -> images.add(store.image());
        db.createIndex("s", IndexSchema.of("late", "v", "id"));
        store.beforeCommit = () -> {};
        assertThat(images.size()).isGreaterThan(10);
        for (MemoryStore image : images) {
            JsonDB after = JsonDB.on(image);
            if (after.storeNames().isEmpty()) {
                continue;
            }
            assertThat(after.verifyIndexes("s").problems()).as("seed %d", seed).isEmpty();
            assertThat(after.getStore("s").index("late").isPresent()).isFalse();
            long documents = after.count("s");
            Object key = after.putAuto("s", json("{}"));
            assertThat(after.count("s")).as("a generated key is new").isEqualTo(documents + 1);
            assertThat((Long) key).isPositive();
            after.createIndex("s", IndexSchema.of("late", "v", "id"));
            assertThat(after.verifyIndexes("s").problems()).isEmpty();
        }
    }
}
