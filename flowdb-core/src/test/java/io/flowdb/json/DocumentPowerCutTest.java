package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.inParallel;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineOnFiles;
import io.flowdb.StoreCursor;
import io.flowdb.SyncMode;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import io.flowdb.testing.TinyFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cuts the power at random calls to the file system, in any state that a cut may leave behind, while documents are
 * written, transactions aborted, stores flushed and compacted, and indexes built. What is found afterwards: every
 * acknowledged commit and nothing that was never begun, every index equal to the documents entry for entry and byte for
 * byte, exact counts, unique values, keys that are generated once only, no half-built index and nothing left of one,
 * and a change feed that goes on without a gap.
 *
 * <p>{@code -Dflowdb.test.seed=N} repeats the random choices; {@code -Dflowdb.test.cuts=N} sets about how many cuts a
 * run is checked at.
 */
class DocumentPowerCutTest {
    private static final Path DIRECTORY = Path.of("/data/documents").toAbsolutePath();
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int CUTS = Integer.getInteger("flowdb.test.cuts", 40);

    private static Config config(SyncMode mode) {
        return TinyFiles.in(DIRECTORY, mode).build();
    }

    /** A writer with documents of its own, and what they were after each of its operations. */
    private static final class Writer {
        final String name;
        final Random random;
        final List<Map<String, JsonNode>> states = new ArrayList<>(List.of(Map.of()));
        volatile int begun;
        volatile int acknowledged;

        Writer(String name, long seed) {
            this.name = name;
            this.random = new Random(seed);
        }
    }

    /**
     * What a power cut has left, and between which states of each writer it must lie.
     *
     * @param generated keys that had been handed out
     * @param position of the feed's reader, and the documents it knew of
     */
    private record Cut(
            FaultyFileSystem files,
            Loss loss,
            int[] atLeast,
            int[] atMost,
            Set<Long> generated,
            long position,
            Map<String, JsonNode> known) {}

    private final FaultyFileSystem files = new FaultyFileSystem();
    private Config config = config(SyncMode.always());
    private final List<Writer> writers = new ArrayList<>();
    private final Set<Long> generated = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Cut> cuts = new ConcurrentLinkedQueue<>();
    private final Object feedLock = new Object();
    private final Map<String, JsonNode> known = new HashMap<>();
    private ChangeFeed feed;

    @Test
    void powerCut_ofOneWriter_leavesADocumentStoreThatAgrees() throws Exception {
        run(1, 250);
    }

    @Test
    void powerCut_ofManyWritersAndIndexBuilds_leavesADocumentStoreThatAgrees() throws Exception {
        run(4, 120);
    }

    /**
     * Generated keys came back after a power cut if commits are synced at intervals: what was lost with the documents
     * was also the reservation of their keys.
     */
    @Test
    void powerCut_withSyncsAtIntervals_losesOnlyTheNewestCommits() throws Exception {
        config = config(SyncMode.interval(Duration.ofHours(1)));
        run(2, 150);
    }

    private void run(int count, int steps) throws Exception {
        System.out.println("powerCut seed " + SEED);
        Engine engine = EngineOnFiles.open(config, files);
        JsonDB db = JsonDB.on(engine);
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("v", "v")
                .withUniqueIndex("u", "u")
                .withMultiEntryIndex("tags", "tags"));
        db.createObjectStore(StoreSchema.of("n", "id").withAutoIncrement());
        feed = db.changes();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Writer writer = new Writer("w" + i + "-", SEED + i);
            writers.add(writer);
            tasks.add(() -> {
                for (int step = 0; step < steps; step++) {
                    step(db, engine, writer);
                }
                return null;
            });
        }
        Random schemaRandom = new Random(SEED - 1);
        tasks.add(() -> {
            for (int i = 0; i < 12; i++) {
                changeSchema(db, schemaRandom);
            }
            return null;
        });
        int calls = count * steps * 2; // there are more, but commits that share a write are one
        Random when = new Random(SEED - 2);
        files.setFault((call, path) -> {
            if (call.isChanging()) {
                synchronized (when) {
                    if (when.nextInt(calls) < CUTS) {
                        cut(when);
                    }
                }
            }
        });
        inParallel(tasks);
        files.setFault((call, path) -> {});
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        db.close();
        engine.close();
        cut(when);
        assertThat(cuts.size()).isGreaterThan(CUTS / 8);
        Random checks = new Random(SEED - 3);
        for (Cut cut : cuts) {
            try {
                check(cut, checks);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", " + cut.loss + ": " + e, e);
            }
        }
    }

    private boolean isSynced() {
        return !(config.walSyncMode() instanceof SyncMode.Interval);
    }

    private void cut(Random random) {
        int[] atLeast = writers.stream()
                .mapToInt(writer -> isSynced() ? writer.acknowledged : 0)
                .toArray();
        Set<Long> handedOut = new HashSet<>(generated);
        Loss loss = Loss.values()[random.nextInt(Loss.values().length)];
        long position;
        Map<String, JsonNode> seen;
        synchronized (feedLock) {
            position = feed.position();
            seen = new HashMap<>(known);
        }
        FaultyFileSystem found = files.afterPowerCut(loss, random);
        int[] atMost = writers.stream().mapToInt(writer -> writer.begun).toArray();
        cuts.add(new Cut(found, loss, atLeast, atMost, handedOut, position, seen));
    }

    private void step(JsonDB db, Engine engine, Writer writer) throws InterruptedException {
        Random random = writer.random;
        Map<String, JsonNode> before = writer.states.get(writer.states.size() - 1);
        Map<String, JsonNode> after = new TreeMap<>(before);
        int kind = random.nextInt(14);
        if (kind == 0) {
            engine.flush();
        } else if (kind == 1) {
            engine.compact();
        } else if (kind == 2) {
            generated.add((Long) db.putAuto("n", json("{'v':1}")));
        } else if (kind == 3) {
            readFeed();
        } else if (kind == 4) {
            try (JsonTransaction aborted = db.transaction(TransactionMode.READ_WRITE, "s", "n")) {
                aborted.put("s", document(random, writer.name + random.nextInt(12)));
                generated.add((Long) aborted.putAuto("n", json("{'v':2}")));
            }
        } else {
            List<ObjectNode> puts = new ArrayList<>();
            Set<String> deletes = new HashSet<>(); // a set: a key may be deleted twice before it is put again
            for (int i = kind < 8 ? 1 + random.nextInt(4) : 1; i > 0; i--) {
                String key = writer.name + random.nextInt(12);
                if (random.nextInt(4) == 0) {
                    after.remove(key);
                    deletes.add(key);
                } else {
                    ObjectNode document = document(random, key);
                    after.put(key, document);
                    puts.add(document);
                    deletes.remove(key);
                }
            }
            commit(db, writer, before, after, puts, deletes);
        }
    }

    private static void commit(
            JsonDB db,
            Writer writer,
            Map<String, JsonNode> before,
            Map<String, JsonNode> after,
            List<ObjectNode> puts,
            Set<String> deletes) {
        writer.states.add(after);
        writer.begun++;
        try {
            db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), transaction -> {
                puts.forEach(document -> transaction.put("s", document));
                deletes.forEach(key -> transaction.delete("s", key));
                return null;
            });
        } catch (UniqueViolationException e) {
            writer.states.set(writer.begun, before);
        }
        writer.acknowledged++;
    }

    private static ObjectNode document(Random random, String key) {
        ObjectNode document = json("{'tags':[1,2]}").put("id", key).put("v", random.nextInt(5));
        if (random.nextBoolean()) {
            document.put("u", random.nextInt(60));
        }
        document.withArrayProperty("tags").add(random.nextInt(4));
        return document.put("text", "x".repeat(random.nextInt(300)));
    }

    private void readFeed() throws InterruptedException {
        synchronized (feedLock) {
            CommittedChanges next = feed.poll(Duration.ZERO);
            while (next != null) {
                apply(next, known);
                next = feed.poll(Duration.ZERO);
            }
        }
    }

    private static void apply(CommittedChanges commit, Map<String, JsonNode> to) {
        for (DocumentChange change : commit.changes()) {
            if (change.store().equals("s")) {
                JsonNode before = change.after() == null
                        ? to.remove((String) change.key())
                        : to.put((String) change.key(), change.after());
                assertThat(before).as("before, at commit " + commit.seqno()).isEqualTo(change.before());
            }
        }
    }

    private static void changeSchema(JsonDB db, Random random) {
        switch (random.nextInt(4)) {
            case 0 -> db.createIndex("s", IndexSchema.of("late", "v", "id"));
            case 1 -> db.createIndex("s", IndexSchema.of("text", "text"));
            case 2 -> {
                try {
                    db.createIndex("s", IndexSchema.unique("impossible", "v"));
                    db.deleteIndex("s", "impossible");
                } catch (UniqueViolationException e) {
                    assertThat(e.index()).isEqualTo("impossible");
                }
            }
            default -> db.getStore("s").index("late").ifPresent(index -> db.deleteIndex("s", "late"));
        }
    }

    /** Opens what was found, checks it, goes on for a while, and checks that again. */
    private void check(Cut cut, Random random) throws InterruptedException {
        Map<String, JsonNode> found;
        try (Engine engine = EngineOnFiles.open(config, cut.files)) {
            JsonDB db = JsonDB.on(engine);
            if (db.storeNames().size() < 2) {
                assertThat(cut.atLeast).containsOnly(0);
                return;
            }
            found = documents(db);
            checkStates(cut, found);
            checkAgreement(db, engine, found);
            Object key = db.putAuto("n", json("{'v':3}"));
            assertThat(cut.generated).as("keys handed out before").doesNotContain((Long) key);
            if (isSynced()) {
                checkFeed(db, cut, found);
            }
            if (db.getStore("s").index("impossible").isPresent()) {
                db.deleteIndex("s", "impossible");
            }
            for (int i = 0; i < 10; i++) {
                ObjectNode document = json("{'id':'after" + random.nextInt(5) + "','v':1}");
                db.put("s", document);
                found.put(document.get("id").stringValue(), document);
            }
            db.createIndex("s", IndexSchema.of("after", "v", "id"));
            checkAgreement(db, engine, found);
        }
        try (Engine again = EngineOnFiles.open(config, cut.files.afterPowerCut(Loss.ALL, random))) {
            checkAgreement(JsonDB.on(again), again, found);
        }
    }

    private static Map<String, JsonNode> documents(JsonDB db) {
        Map<String, JsonNode> documents = new TreeMap<>();
        try (DocumentScan scan = db.scan("s")) {
            scan.forEachRemaining(document -> documents.put((String) document.key(), document.json()));
        }
        return documents;
    }

    private void checkStates(Cut cut, Map<String, JsonNode> found) {
        for (int i = 0; i < writers.size(); i++) {
            Writer writer = writers.get(i);
            Map<String, JsonNode> own = new TreeMap<>(found);
            own.keySet().removeIf(key -> !key.startsWith(writer.name));
            String what = "writer " + writer.name + ", acknowledged " + cut.atLeast[i] + ", begun " + cut.atMost[i];
            assertThat(writer.states.subList(cut.atLeast[i], cut.atMost[i] + 1))
                    .as(() ->
                            what + ", found is state " + writer.states.lastIndexOf(own) + " of " + writer.states.size())
                    .contains(own);
        }
    }

    private static void checkAgreement(JsonDB db, Engine engine, Map<String, JsonNode> documents) {
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        assertThat(db.verifyIndexes("n").problems()).isEmpty();
        assertEntriesAreThoseOf(documents, engine);
        assertThat(db.count("s")).isEqualTo(documents.size());
        assertThat(db.query("s").whereRange("v", 0, 100).count()).isEqualTo(documents.size());
        Set<JsonNode> unique = new HashSet<>();
        documents.values().stream()
                .filter(document -> document.has("u"))
                .forEach(document ->
                        assertThat(unique.add(document.get("u"))).as("unique").isTrue());
        assertThat(db.getStore("s")
                        .index("impossible")
                        .map(index -> documents.values().stream()
                                .map(d -> d.get("v"))
                                .distinct()
                                .count())
                        .orElse((long) documents.size()))
                .as("an index over duplicates is never found")
                .isEqualTo(documents.size());
        assertNothingLeftBehind(db, engine);
    }

    /** The same as verifyIndexes says, found without it: what is stored under the indexes, byte for byte. */
    private static void assertEntriesAreThoseOf(Map<String, JsonNode> documents, Engine engine) {
        ExpectedEntries expected = new ExpectedEntries();
        Map<String, String> found = new TreeMap<>();
        Catalog catalog = Catalog.fromBytes(engine.latest().get(Catalog.KEY).value());
        for (IndexDef index : catalog.store("s").indexes) {
            expected.add(index.id, index.schema, documents);
        }
        try (StoreCursor cursor = engine.latest().scan(new byte[] {2}, new byte[] {3}, false)) {
            while (cursor.next()) {
                found.put(HexFormat.of().formatHex(cursor.key()), HexFormat.of().formatHex(cursor.value()));
            }
        }
        assertThat(found).isEqualTo(expected.entries());
    }

    /** Every index entry belongs to an index that is defined. */
    static void assertNothingLeftBehind(JsonDB db, Engine engine) {
        Catalog catalog = Catalog.fromBytes(engine.latest().get(Catalog.KEY).value());
        Set<Integer> prefixes = new HashSet<>();
        for (StoreDef store : catalog.stores()) {
            for (IndexDef index : store.indexes) {
                assertThat(index.building).as("half-built index " + index).isFalse();
                prefixes.add((int) index.prefix[1]);
            }
        }
        try (StoreCursor cursor = engine.latest().scan(new byte[] {2}, new byte[] {3}, false)) {
            while (cursor.next()) {
                assertThat(prefixes).contains((int) cursor.key()[1]);
            }
        }
        assertThat(db.isOpen()).isTrue();
    }

    private static void checkFeed(JsonDB db, Cut cut, Map<String, JsonNode> found) throws InterruptedException {
        Map<String, JsonNode> replayed = new TreeMap<>(cut.known);
        ChangeFeed resumed = db.changes(cut.position);
        long last = cut.position;
        CommittedChanges next = resumed.poll(Duration.ZERO);
        while (next != null) {
            assertThat(next.seqno()).isGreaterThan(last);
            last = next.seqno();
            apply(next, replayed);
            next = resumed.poll(Duration.ZERO);
        }
        assertThat(replayed).isEqualTo(found);
    }
}
