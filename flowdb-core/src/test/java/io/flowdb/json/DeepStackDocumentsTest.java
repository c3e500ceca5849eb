package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An endless recursion that puts documents on its way. A commit that was broken off could leave a lock held that every
 * feed, migration and {@code close()} waits for.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class DeepStackDocumentsTest {
    private static final int ROUNDS = Integer.getInteger("flowdb.test.stackRounds", 20);
    private static final int WARM_UP = 5_000;
    private static final int STACK_BYTES = 256 << 10;

    private final JsonDB db =
            JsonDB.open(Config.builder().inMemory(true).memtableSize(1 << 20).build());
    private final boolean[] returned = new boolean[1 << 20];
    private int tried;

    private int dive(int depth, Runnable use) {
        try {
            return depth < 0 ? 0 : dive(depth + 1, use) + 1;
        } catch (StackOverflowError e) {
            use.run();
            return 0;
        }
    }

    private void put() {
        int mine = tried++;
        db.put("numbers", document(mine));
        returned[mine] = true;
        db.put("generated", JsonMapper.shared().createObjectNode().put("of", mine));
    }

    private void commit(JsonTransaction transaction) {
        int mine = tried++;
        transaction.put("numbers", document(mine));
        transaction.commit();
        returned[mine] = true;
    }

    /**
     * A class or a call site that is prepared where it finds no room is lost to the whole process, and compiled code
     * takes less stack, in other places.
     */
    private void warmUp() {
        try (ChangeFeed feed = db.changes()) {
            for (int i = 0; i < WARM_UP; i++) {
                put();
                try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "numbers")) {
                    commit(transaction);
                }
            }
            assertThat(feed.position()).isNotNegative();
        }
    }

    /** Begun where there is much stack, committed where there is none. */
    private void commitDeep() {
        JsonTransaction[] begun = new JsonTransaction[256];
        for (int i = 0; i < begun.length; i++) {
            begun[i] = db.transaction(TransactionMode.READ_WRITE, "numbers");
        }
        int[] next = new int[1];
        dive(0, () -> commit(begun[next[0]++ % begun.length]));
        for (JsonTransaction transaction : begun) {
            transaction.close();
        }
    }

    private static JsonNode document(int number) {
        return JsonMapper.shared().createObjectNode().put("id", number).put("half", number / 2);
    }

    @Test
    void put_whereTheStackEnds_isStoredOrNotAndDisturbsNobody() throws InterruptedException {
        db.createObjectStore(StoreSchema.of("numbers", "id").withIndex("half", "half"));
        db.createObjectStore(StoreSchema.of("generated", "id").withAutoIncrement());
        warmUp();
        long before = db.count("numbers") + db.count("generated");
        ChangeFeed feed = db.changes();
        for (int round = 0; round < ROUNDS; round++) {
            Runnable run = round % 2 == 0 ? () -> dive(0, this::put) : this::commitDeep;
            Thread thread = new Thread(null, run, "deep", STACK_BYTES);
            thread.start();
            thread.join(30_000);
            assertThat(thread.isAlive()).as("waits for ever in round %s", round).isFalse();
        }

        assertThat(tried).isGreaterThan(WARM_UP + ROUNDS);
        long stored = 0;
        for (int i = 0; i < tried; i++) {
            assertThat(db.get("numbers", i) != null)
                    .as("put %s of %s", i, tried)
                    .isEqualTo(returned[i]);
            stored += returned[i] ? 1 : 0;
        }
        assertThat(db.count("numbers")).isEqualTo(stored);
        assertThat(db.verifyIndexes("numbers").problems()).isEmpty();
        long commits = stored + db.count("generated") - before; // since the feed was opened
        for (long i = 0; i < commits; i++) {
            assertThat(feed.poll(Duration.ofSeconds(10)))
                    .as("commit %s of %s", i, commits)
                    .isNotNull();
        }
        feed.close();
        db.createObjectStore(StoreSchema.of("later", "id"));
        db.close();
    }
}
