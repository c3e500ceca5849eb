package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flowdb.error.ConflictException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Deletes of what a query finds. They were transactions that held each document with its entries until the commit:
 * 75,000 small ones were too many for a heap of 64 MiB.
 */
class QueryDeleteTest {
    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);

    @BeforeEach
    void fill() {
        db.createObjectStore(
                StoreSchema.of("s", "id").withUniqueIndex("by_u", "u").withMultiEntryIndex("by_tag", "tags"));
        for (int i = 0; i < 10; i++) {
            db.put("s", json("{'id':%d,'u':'u%d','tags':['a','t%d'],'n':%d}".formatted(i, i, i % 2, i % 3)));
        }
    }

    private JsonQuery zeros() {
        return db.query("s").where(Filter.isNull("n").or(Filter.eq("n", 0)));
    }

    @Test
    void delete_takesEntriesAndCountsAndIsAChangeOfEachDocument() throws InterruptedException {
        ChangeFeed feed = db.changes();
        assertThat(db.count("s")).isEqualTo(10);
        assertThat(zeros().orderBy("u", Direction.DESC).offset(1).limit(2).delete())
                .isEqualTo(2);
        assertThat(db.count("s")).isEqualTo(8);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        assertThat(db.getAllKeys("s", KeyRange.all(), 20)).isEqualTo(List.of(0L, 1L, 2L, 4L, 5L, 7L, 8L, 9L));

        CommittedChanges commit = feed.poll(Duration.ZERO);
        assertThat(commit.changes()).extracting(DocumentChange::key).containsExactly(3L, 6L);
        assertThat(commit.changes()).allSatisfy(change -> {
            assertThat(change.after()).isNull();
            assertThat(change.before().get("id").longValue()).isEqualTo(change.key());
        });
        assertThat(feed.poll(Duration.ZERO)).isNull();

        db.put("s", json("{'id':33,'u':'u3'}"));
        assertThat(db.getByIndex("s", "by_u", "u3")).hasSize(1);
    }

    @Test
    void delete_ofNothing_commitsNothing() {
        long commits = store.commits.get();
        assertThat(db.query("s").whereEq("u", "nobody").delete()).isZero();
        assertThat(db.query("s").where(Filter.gt("n", 7)).delete()).isZero();
        assertThat(zeros().limit(0).delete()).isZero();
        assertThat(store.commits).hasValue(commits);
    }

    /** What begins to match before the commit goes as well, and what no longer matches stays. */
    @Test
    void delete_overtakenByWrites_isThatOfTheirState() {
        List<Runnable> writes = new ArrayList<>(List.of(
                () -> db.put("s", json("{'id':100,'n':0}")),
                () -> db.put("s", json("{'id':3,'u':'u3','n':1}")),
                () -> db.delete("s", 6)));
        store.beforeCommit = () -> {
            if (!writes.isEmpty()) {
                writes.remove(0).run();
            }
        };
        assertThat(zeros().delete()).isEqualTo(3); // 0, 9 and 100
        assertThat(db.getAllKeys("s", KeyRange.all(), 20)).isEqualTo(List.of(1L, 2L, 3L, 4L, 5L, 7L, 8L));
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    @Test
    void delete_byAUniqueValueThatMovesOn_isThatOfTheNewState() {
        AtomicInteger once = new AtomicInteger();
        store.beforeCommit = () -> {
            if (once.getAndIncrement() == 0) {
                db.putAll("s", List.of(json("{'id':4,'u':'u5'}"), json("{'id':5,'u':'u4'}")));
            }
        };
        assertThat(db.query("s").whereEq("u", "u4").delete()).isEqualTo(1);
        assertThat(db.get("s", 5)).isNull();
        assertThat(db.get("s", 4)).isEqualTo((JsonNode) json("{'id':4,'u':'u5'}"));
    }

    @Test
    void delete_overtakenAllTheTime_isAConflictInTheEnd() {
        AtomicInteger version = new AtomicInteger();
        ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
        store.beforeCommit = () -> {
            if (!inside.get()) {
                inside.set(true);
                db.put("s", json("{'id':0,'n':0}").put("v", version.incrementAndGet()));
                inside.set(false);
            }
        };
        assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> zeros().delete());
        assertThat(version.get()).isEqualTo(1001);
        store.beforeCommit = () -> {};
        assertThat(db.count("s", KeyRange.lowerBound(0))).isEqualTo(10);
    }
}
