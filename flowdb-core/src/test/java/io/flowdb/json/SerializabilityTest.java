package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.inParallel;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.SyncMode;
import io.flowdb.error.ConflictException;
import io.flowdb.json.HistoryChecker.Transaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Histories of many threads over list-append documents have no dependency cycles. Number of transactions: system property
 * {@code histories}, 4,000 by default.
 */
class SerializabilityTest {
    private static final int KEYS = 12;

    @TempDir
    Path directory;

    @Test
    void checker_handMadeBadHistories_findsThem() {
        Transaction a = new Transaction(1, Map.of("x", List.of()), Set.of("y"));
        Transaction b = new Transaction(2, Map.of("y", List.of()), Set.of("x"));
        assertThat(HistoryChecker.check(List.of(a, b), Map.of("x", List.of(2), "y", List.of(1))))
                .as("G2, write skew")
                .isNotEmpty();
        Transaction c = new Transaction(1, Map.of("x", List.of()), Set.of("x"));
        Transaction d = new Transaction(2, Map.of("x", List.of()), Set.of("x"));
        assertThat(HistoryChecker.check(List.of(c, d), Map.of("x", List.of(1, 2))))
                .as("lost update")
                .isNotEmpty();
        assertThat(HistoryChecker.check(List.of(c), Map.of("x", List.of(1, 9))))
                .as("G1a")
                .isNotEmpty();
        Transaction e = new Transaction(1, Map.of(), Set.of("x", "y"));
        Transaction f = new Transaction(2, Map.of(), Set.of("x", "y"));
        assertThat(HistoryChecker.check(List.of(e, f), Map.of("x", List.of(1, 2), "y", List.of(2, 1))))
                .as("G0")
                .isNotEmpty();
        Transaction g = new Transaction(3, Map.of("x", List.of(1), "y", List.of()), Set.of());
        assertThat(HistoryChecker.check(List.of(e, g), Map.of("x", List.of(1), "y", List.of(1))))
                .as("G-single, read skew")
                .isNotEmpty();
        Transaction h = new Transaction(2, Map.of("x", List.of(1)), Set.of("x"));
        assertThat(HistoryChecker.check(List.of(c, h), Map.of("x", List.of(1, 2))))
                .isEmpty();
    }

    @Test
    void histories_onTheModelStore_areSerializable() throws Exception {
        checkHistory(JsonDB.on(new MemoryStore()), 1500);
    }

    @Test
    void histories_onTheEngine_areSerializable() throws Exception {
        Config config = Config.builder()
                .dataDir(directory)
                .memtableSize(64 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofSeconds(1)))
                .build();
        try (JsonDB db = JsonDB.open(config)) {
            checkHistory(db, Integer.getInteger("histories", 4000));
        }
    }

    private static void checkHistory(JsonDB db, int transactions) throws Exception {
        long seed = System.nanoTime();
        System.out.println("histories seed " + seed);
        db.createObjectStore(StoreSchema.of("lists", "id").withIndex("by_size", "size"));
        ConcurrentLinkedQueue<Transaction> committed = new ConcurrentLinkedQueue<>();
        AtomicInteger ids = new AtomicInteger();
        AtomicInteger conflicts = new AtomicInteger();
        List<Callable<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            Random random = new Random(seed + t);
            threads.add(() -> {
                while (committed.size() < transactions) {
                    int id = ids.incrementAndGet();
                    try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "lists")) {
                        Transaction done = run(id, random, transaction);
                        transaction.commit();
                        committed.add(done);
                    } catch (ConflictException e) {
                        conflicts.incrementAndGet();
                    }
                }
                return null;
            });
        }
        inParallel(threads);
        Map<String, List<Integer>> last = new HashMap<>();
        try (DocumentScan scan = db.scan("lists")) {
            scan.forEachRemaining(document -> last.put((String) document.key(), elements(document.json())));
        }
        assertThat(HistoryChecker.check(new ArrayList<>(committed), last))
                .as("seed %d, %d conflicts", seed, conflicts.get())
                .isEmpty();
        assertThat(db.verifyIndexes("lists").problems()).isEmpty();
    }

    /** Reads some lists, by key, by scan or by index, and appends to some. */
    private static Transaction run(int id, Random random, JsonTransaction transaction) {
        Map<String, List<Integer>> reads = new HashMap<>();
        Set<String> appends = new HashSet<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            String key = "k" + random.nextInt(KEYS);
            switch (random.nextInt(8)) {
                case 0 ->
                    transaction
                            .getAll("lists", KeyRange.bound(key, key + "z", false, false), 2)
                            .forEach(d -> read(d, reads, appends));
                case 1 ->
                    transaction
                            .query("lists")
                            .whereRange("size", 0, random.nextInt(30))
                            .limit(3)
                            .collect()
                            .forEach(d -> read(d, reads, appends));
                case 2, 3, 4 -> {
                    JsonNode document = transaction.get("lists", key);
                    if (document == null) {
                        reads.putIfAbsent(key, List.of());
                    } else {
                        read(document, reads, appends);
                    }
                }
                default -> {
                    if (appends.add(key)) {
                        JsonNode document = transaction.get("lists", key);
                        if (document == null) {
                            reads.putIfAbsent(key, List.of());
                            document = json("{'id':'" + key + "','size':0,'list':[]}");
                        } else {
                            appends.remove(key);
                            read(document, reads, appends);
                            appends.add(key);
                        }
                        ObjectNode changed = (ObjectNode) document;
                        changed.withArrayProperty("list").add(id);
                        changed.put("size", changed.get("list").size());
                        transaction.put("lists", changed);
                    }
                }
            }
        }
        return new Transaction(id, reads, appends);
    }

    private static void read(JsonNode document, Map<String, List<Integer>> reads, Set<String> appends) {
        String key = document.get("id").stringValue();
        if (!appends.contains(key)) {
            reads.putIfAbsent(key, elements(document));
        }
    }

    private static List<Integer> elements(JsonNode document) {
        List<Integer> elements = new ArrayList<>();
        document.get("list").forEach(element -> elements.add(element.intValue()));
        return elements;
    }
}
