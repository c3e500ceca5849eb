package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.inParallel;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineOnFiles;
import io.flowdb.SyncMode;
import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The disk is full for a while: each write that fails has changed nothing, neither documents nor entries nor counts nor
 * the feed, and writing goes on once there is space. {@code -Dflowdb.test.seed=N} repeats the random choices.
 */
class DocumentDiskFullTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int WRITERS = 3;
    private static final int STEPS = 120;

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final Map<String, JsonNode> expected = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    private int steps;

    @Test
    void fullDisk_takesBackWhatFails_andGoesOnAfterwards() throws Exception {
        System.out.println("fullDisk seed " + SEED);
        Config config = Config.builder()
                .dataDir(Path.of("/data/full").toAbsolutePath())
                .walSyncMode(SyncMode.always())
                .walSegmentSize(64 << 10)
                .memtableSize(1 << 20)
                .autoBackground(false)
                .build();
        Map<String, JsonNode> found;
        try (Engine engine = EngineOnFiles.open(config, files)) {
            JsonDB db = JsonDB.on(engine);
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v").withUniqueIndex("u", "u"));
            db.createObjectStore(StoreSchema.of("n", "id").withAutoIncrement());
            ChangeFeed feed = db.changes();
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                String name = "w" + i + "-";
                Random random = new Random(SEED + i);
                tasks.add(() -> {
                    for (int step = 0; step < STEPS; step++) {
                        limitSpace();
                        write(db, name, random);
                    }
                    return null;
                });
            }
            inParallel(tasks);
            assertThat(failures.get()).as("seed %d: writes that failed", SEED).isPositive();
            files.setCapacityBytes(Long.MAX_VALUE);
            found = agreeing(db);
            assertThat(found).as("seed %d", SEED).isEqualTo(new TreeMap<>(expected));
            assertThat(replayed(feed)).as("seed %d", SEED).isEqualTo(found);
            db.put("s", json("{'id':'last','v':1}"));
            expected.put("last", json("{'id':'last','v':1}"));
        }
        try (Engine again = EngineOnFiles.open(config, files)) {
            assertThat(agreeing(JsonDB.on(again))).as("seed %d", SEED).isEqualTo(new TreeMap<>(expected));
        }
    }

    /** No space between a third and two thirds of the steps: nobody counts on before the space is set. */
    private synchronized void limitSpace() {
        int step = ++steps;
        if (step == WRITERS * STEPS / 3) {
            files.setCapacityBytes(files.usedBytes());
        } else if (step == 2 * WRITERS * STEPS / 3) {
            files.setCapacityBytes(Long.MAX_VALUE);
        }
    }

    private void write(JsonDB db, String name, Random random) {
        String key = name + random.nextInt(10);
        try {
            if (random.nextInt(5) == 0) {
                db.delete("s", key);
                expected.remove(key);
            } else if (random.nextInt(6) == 0) {
                db.putAuto("n", json("{'v':1}"));
            } else {
                ObjectNode document =
                        json("{}").put("id", key).put("v", random.nextInt(4)).put("u", key);
                document.put("text", "x".repeat(random.nextInt(2000)));
                db.put("s", document);
                expected.put(key, document);
            }
        } catch (StorageException e) {
            failures.incrementAndGet();
        }
    }

    private static Map<String, JsonNode> agreeing(JsonDB db) {
        Map<String, JsonNode> documents = new TreeMap<>();
        try (DocumentScan scan = db.scan("s")) {
            scan.forEachRemaining(document -> documents.put((String) document.key(), document.json()));
        }
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        assertThat(db.verifyIndexes("n").problems()).isEmpty();
        assertThat(db.count("s")).isEqualTo(documents.size());
        assertThat(db.query("s").whereRange("v", 0, 9).count()).isEqualTo(documents.size());
        long generated = db.count("n");
        db.putAuto("n", json("{'v':2}"));
        assertThat(db.count("n")).isEqualTo(generated + 1);
        return documents;
    }

    private static Map<String, JsonNode> replayed(ChangeFeed feed) throws InterruptedException {
        Map<String, JsonNode> state = new TreeMap<>();
        for (CommittedChanges commit = feed.poll(Duration.ZERO); commit != null; commit = feed.poll(Duration.ZERO)) {
            for (DocumentChange change : commit.changes()) {
                if (change.store().equals("s")) {
                    JsonNode before = change.after() == null
                            ? state.remove((String) change.key())
                            : state.put((String) change.key(), change.after());
                    assertThat(before).isEqualTo(change.before());
                }
            }
        }
        return state;
    }
}
