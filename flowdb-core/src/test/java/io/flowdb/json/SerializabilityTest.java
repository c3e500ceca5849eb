package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.inParallel;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.SyncMode;
import io.flowdb.error.ConflictException;
import io.flowdb.json.HistoryChecker.Anomaly;
import io.flowdb.json.HistoryChecker.Transaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Histories of 32 threads over list-append documents have none of the anomalies G0, G1a, G1b, G1c, G-single and G2,
 * while memtables are flushed and tables compacted. Reads are by key, by ranges of keys, where absent keys count as
 * read, and by an index. Number of transactions: system property {@code flowdb.test.histories}, 4,000 by default.
 */
class SerializabilityTest {
    private static final int THREADS = 32;
    /** Keys in use at a time. */
    private static final int KEYS = 24;
    /** After so many commits a key goes out of use and another one comes in, so that lists stay short. */
    private static final int COMMITS_A_KEY = 25;

    @TempDir
    Path directory;

    private static int[] list(int... elements) {
        return elements;
    }

    private static Transaction reads(int id, Map<String, int[]> reads) {
        return new Transaction(id, reads, Map.of());
    }

    /** The elements of transaction 1 are 8 and 9, those of transaction 2 are 16 and 17. */
    @Test
    void checker_handMadeBadHistories_namesEachAnomaly() {
        Transaction one = new Transaction(1, Map.of(), Map.of("x", 1, "y", 1));
        Transaction two = new Transaction(2, Map.of(), Map.of("x", 1, "y", 1));
        assertThat(found(List.of(one, two), Map.of("x", list(8, 16), "y", list(16, 8))))
                .contains(Anomaly.G0);

        assertThat(found(List.of(reads(3, Map.of("x", list(8)))), Map.of("x", list())))
                .contains(Anomaly.G1A);
        assertThat(found(List.of(reads(3, Map.of())), Map.of("x", list(8)))).contains(Anomaly.G1A);

        Transaction twice = new Transaction(1, Map.of(), Map.of("x", 2));
        assertThat(found(List.of(twice, reads(3, Map.of("x", list(8)))), Map.of("x", list(8, 9))))
                .contains(Anomaly.G1B);

        Transaction a = new Transaction(1, Map.of("y", list(16)), Map.of("x", 1));
        Transaction b = new Transaction(2, Map.of("x", list(8)), Map.of("y", 1));
        assertThat(found(List.of(a, b), Map.of("x", list(8), "y", list(16)))).contains(Anomaly.G1C);

        Transaction skewed = reads(3, Map.of("x", list(8), "y", list()));
        assertThat(found(List.of(one, skewed), Map.of("x", list(8), "y", list(8))))
                .containsOnly(Anomaly.G_SINGLE);
        Transaction lostA = new Transaction(1, Map.of("x", list()), Map.of("x", 1));
        Transaction lostB = new Transaction(2, Map.of("x", list()), Map.of("x", 1));
        assertThat(found(List.of(lostA, lostB), Map.of("x", list(8, 16)))).containsOnly(Anomaly.G_SINGLE);

        Transaction skewA = new Transaction(1, Map.of("x", list()), Map.of("y", 1));
        Transaction skewB = new Transaction(2, Map.of("y", list()), Map.of("x", 1));
        assertThat(found(List.of(skewA, skewB), Map.of("x", list(16), "y", list(8))))
                .containsOnly(Anomaly.G2);

        assertThat(found(List.of(one), Map.of("x", list(8)))).containsOnly(Anomaly.INCOMPATIBLE);
        assertThat(found(
                        List.of(one, two, reads(3, Map.of("x", list(16)))), Map.of("x", list(8, 16), "y", list(8, 16))))
                .contains(Anomaly.INCOMPATIBLE);
    }

    @Test
    void checker_goodHistory_findsNothing() {
        Transaction one = new Transaction(1, Map.of("x", list()), Map.of("x", 2, "y", 1));
        Transaction two = new Transaction(2, Map.of("x", list(8, 9)), Map.of("x", 1));
        Transaction three = reads(3, Map.of("x", list(8, 9), "y", list(8)));
        assertThat(found(List.of(one, two, three), Map.of("x", list(8, 9, 16), "y", list(8))))
                .isEmpty();
    }

    private static Iterable<Anomaly> found(List<Transaction> committed, Map<String, int[]> last) {
        return HistoryChecker.check(committed, last).keySet();
    }

    @Test
    void histories_onTheModelStore_areSerializable() throws Exception {
        checkHistory(JsonDB.on(new MemoryStore()), 1000);
    }

    @Test
    void histories_onTheEngine_areSerializable() throws Exception {
        try (JsonDB db = JsonDB.open(config())) {
            checkHistory(db, Integer.getInteger("flowdb.test.histories", 4000));
        }
    }

    private Config config() {
        return Config.builder()
                .dataDir(directory)
                .memtableSize(64 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofSeconds(1)))
                .build();
    }

    private static void checkHistory(JsonDB db, int transactions) throws Exception {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        db.createObjectStore(StoreSchema.of("lists", "id").withIndex("by_size", "size"));
        ConcurrentLinkedQueue<Transaction> committed = new ConcurrentLinkedQueue<>();
        AtomicInteger commits = new AtomicInteger();
        AtomicInteger ids = new AtomicInteger();
        AtomicInteger conflicts = new AtomicInteger();
        List<Callable<Void>> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(seed + t);
            threads.add(() -> {
                while (commits.get() < transactions) {
                    History history = new History(ids.incrementAndGet(), commits.get() / COMMITS_A_KEY, random);
                    try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "lists")) {
                        history.run(transaction);
                        if (random.nextInt(20) > 0) {
                            transaction.commit();
                            committed.add(history.transaction());
                            commits.incrementAndGet();
                        }
                    } catch (ConflictException e) {
                        conflicts.incrementAndGet();
                    }
                }
                return null;
            });
        }
        if (db.engine().isPresent()) {
            Engine engine = db.engine().get();
            threads.add(() -> {
                for (int done = 0; commits.get() < transactions; done = commits.get()) {
                    engine.flush();
                    engine.compact();
                    int before = done;
                    while (commits.get() < Math.min(transactions, before + 200)) {
                        Thread.onSpinWait();
                        Thread.yield();
                    }
                }
                return null;
            });
        }
        inParallel(threads);
        Map<String, int[]> last = new HashMap<>();
        try (DocumentScan scan = db.scan("lists")) {
            scan.forEachRemaining(document -> last.put((String) document.key(), elements(document.json())));
        }
        System.out.printf(
                "history seed %d: %d transactions, %d conflicts, %d lists%n",
                seed, committed.size(), conflicts.get(), last.size());
        assertThat(HistoryChecker.check(new ArrayList<>(committed), last))
                .as("seed %d, %d conflicts", seed, conflicts.get())
                .isEmpty();
        assertThat(db.verifyIndexes("lists").problems()).isEmpty();
    }

    private static int[] elements(JsonNode document) {
        JsonNode list = document.get("list");
        int[] elements = new int[list.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = list.get(i).intValue();
        }
        return elements;
    }

    /** One transaction: reads some lists, by key, by range or by index, and appends to some, to some twice. */
    private static final class History {
        private final int id;
        private final int firstKey;
        private final Random random;
        private final Map<String, int[]> reads = new HashMap<>();
        private final TreeMap<String, Integer> appends = new TreeMap<>();

        History(int id, int firstKey, Random random) {
            this.id = id;
            this.firstKey = firstKey;
            this.random = random;
        }

        Transaction transaction() {
            return new Transaction(id, reads, appends);
        }

        private static String key(int number) {
            return String.format("k%06d", number);
        }

        void run(JsonTransaction transaction) {
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                int number = firstKey + random.nextInt(KEYS);
                switch (random.nextInt(9)) {
                    case 0 -> readRange(transaction, number, number + random.nextInt(4));
                    case 1 ->
                        transaction
                                .query("lists")
                                .whereRange("size", 0, random.nextInt(12))
                                .where(Filter.ge("id", key(firstKey)))
                                .limit(3)
                                .collect()
                                .forEach(this::read);
                    case 2, 3, 4 -> get(transaction, key(number));
                    default -> append(transaction, key(number));
                }
            }
        }

        /** Keys of the range that are not found were absent, which is a read as well. */
        private void readRange(JsonTransaction transaction, int from, int to) {
            KeyRange range = KeyRange.bound(key(from), key(to), false, false);
            if (random.nextBoolean()) {
                transaction.getAll("lists", range, 1000).forEach(this::read);
            } else {
                transaction
                        .query("lists")
                        .where(Filter.range("id", range))
                        .collect()
                        .forEach(this::read);
            }
            for (int number = from; number <= to; number++) {
                if (!appends.containsKey(key(number))) {
                    reads.putIfAbsent(key(number), new int[0]);
                }
            }
        }

        private JsonNode get(JsonTransaction transaction, String key) {
            JsonNode document = transaction.get("lists", key);
            if (document != null) {
                read(document);
            } else {
                reads.putIfAbsent(key, new int[0]);
            }
            return document;
        }

        private void append(JsonTransaction transaction, String key) {
            JsonNode present = get(transaction, key);
            ObjectNode document = present != null ? (ObjectNode) present : json("{'id':'" + key + "','list':[]}");
            int count = appends.getOrDefault(key, 0);
            if (count < HistoryChecker.ELEMENTS) {
                document.withArrayProperty("list").add(id * HistoryChecker.ELEMENTS + count);
                document.put("size", document.get("list").size());
                transaction.put("lists", document);
                appends.put(key, count + 1);
            }
        }

        /** What other transactions have written; own appends do not count. */
        private void read(JsonNode document) {
            String key = document.get("id").stringValue();
            if (!appends.containsKey(key)) {
                reads.putIfAbsent(key, elements(document));
            }
        }
    }

    /**
     * Write skew and phantoms over ranges: at most two documents may hold a place. Each transaction counts those that
     * do, over an index or over keys, and adds one if there is room, or takes one away.
     */
    @Test
    void places_countedByIndexAndKeyRange_areNeverOverfull() throws Exception {
        try (JsonDB db = JsonDB.open(config())) {
            db.createObjectStore(StoreSchema.of("seats", "id").withIndex("by_place", "place"));
            long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
            List<Callable<Void>> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                Random random = new Random(seed + t);
                threads.add(() -> {
                    for (int i = 0; i < 150; i++) {
                        int place = random.nextInt(4);
                        boolean byIndex = random.nextBoolean();
                        db.inTransaction(TransactionMode.READ_WRITE, List.of("seats"), transaction -> {
                            changePlace(transaction, place, byIndex, random);
                            return null;
                        });
                        if (i % 50 == 49) {
                            db.engine().orElseThrow().flush();
                        }
                    }
                    return null;
                });
            }
            threads.add(() -> {
                for (int i = 0; i < 200; i++) {
                    for (int place = 0; place < 4; place++) {
                        assertThat(db.getByIndex("seats", "by_place", place))
                                .as("seed %d", seed)
                                .hasSizeLessThanOrEqualTo(2);
                    }
                }
                return null;
            });
            inParallel(threads);
            assertThat(db.verifyIndexes("seats").problems()).isEmpty();
        }
    }

    private static void changePlace(JsonTransaction transaction, int place, boolean byIndex, Random random) {
        KeyRange keys = KeyRange.prefix("p" + place + "-");
        List<JsonNode> taken = byIndex
                ? transaction.query("seats").whereEq("place", place).collect()
                : transaction.getAll("seats", keys, 10);
        assertThat(taken).hasSizeLessThanOrEqualTo(2);
        if (taken.size() < 2) {
            transaction.put(
                    "seats", json("{'id':'p" + place + "-" + random.nextInt(1_000_000) + "','place':" + place + "}"));
        } else {
            transaction.delete("seats", taken.get(random.nextInt(2)).get("id").stringValue());
        }
    }
}
