package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.UniqueViolationException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Transactions with random writes, savepoints, returns to them, releases and reads of all kinds, against a map of
 * documents and a stack of its copies. {@code -Dflowdb.test.seed=N} repeats the random choices.
 */
class SavepointModelTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int TRANSACTIONS = 150;
    private static final int STEPS = 120;
    private static final int KEYS = 25;

    private final Random random = new Random(SEED);
    private final JsonDB db = JsonDB.on(new MemoryStore());
    private TreeMap<Long, JsonNode> documents = new TreeMap<>();

    /** A savepoint and what the documents were there. */
    private record Point(Savepoint savepoint, TreeMap<Long, JsonNode> documents) {}

    private final Deque<Point> points = new ArrayDeque<>();
    private final List<Savepoint> invalid = new ArrayList<>();

    @Test
    void transactions_withSavepoints_readAndCommitWhatAMapHolds() {
        System.out.println("savepoints seed " + SEED);
        db.createObjectStore(schema());
        for (int i = 0; i < TRANSACTIONS; i++) {
            TreeMap<Long, JsonNode> committed = new TreeMap<>(documents);
            points.clear();
            invalid.clear();
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                for (int step = random.nextInt(STEPS); step >= 0; step--) {
                    step(transaction);
                }
                check(transaction);
                if (random.nextInt(4) == 0) {
                    documents = committed;
                } else if (isUnique()) {
                    transaction.commit();
                } else {
                    assertThatThrownBy(transaction::commit).isInstanceOf(UniqueViolationException.class);
                    documents = committed;
                }
            }
            assertThat(db.getAll("s", KeyRange.all(), 1000))
                    .as("seed %d", SEED)
                    .isEqualTo(List.copyOf(documents.values()));
            assertThat(db.verifyIndexes("s").problems()).as("seed %d", SEED).isEmpty();
        }
    }

    private static StoreSchema schema() {
        return StoreSchema.of("s", "id")
                .withIndex("v", "v")
                .withUniqueIndex("u", "u")
                .withMultiEntryIndex("tags", "tags")
                .withIndex(new IndexSchema("names", List.of("names"), true, true))
                .withUniqueIndex("vu", "v", "w");
    }

    /** No value, element or pair of values of a unique index belongs to two documents. */
    private boolean isUnique() {
        Set<List<JsonNode>> seen = new HashSet<>();
        return documents.values().stream()
                .flatMap(document -> Stream.of(
                                document.has("u") ? List.of(List.of(document.get("u"))) : List.<List<JsonNode>>of(),
                                document.get("names")
                                        .valueStream()
                                        .distinct()
                                        .map(name -> List.of(name, name))
                                        .toList(),
                                document.has("v") && document.has("w")
                                        ? List.of(List.of(document.get("v"), document.get("w"), document.get("w")))
                                        : List.<List<JsonNode>>of())
                        .flatMap(List::stream))
                .allMatch(seen::add);
    }

    private void step(JsonTransaction transaction) {
        long id = random.nextInt(KEYS);
        switch (random.nextInt(14)) {
            case 0, 1 -> assertThat(transaction.delete("s", id)).isEqualTo(documents.remove(id) != null);
            case 2 -> {
                long to = id + random.nextInt(8);
                assertThat(transaction.deleteRange("s", KeyRange.bound(id, to, false, false)))
                        .isEqualTo(documents.subMap(id, true, to, true).size());
                documents.subMap(id, true, to, true).clear();
            }
            case 3 -> putAll(transaction);
            case 4, 5 -> points.push(new Point(transaction.savepoint(), new TreeMap<>(documents)));
            case 6, 7 -> rollBack(transaction);
            case 8 -> release(transaction);
            case 9 -> check(transaction);
            default -> {
                ObjectNode document = document(id);
                transaction.put("s", document);
                documents.put(id, document);
            }
        }
    }

    private ObjectNode document(long id) {
        ObjectNode document = json("{}").put("id", (int) id);
        if (random.nextInt(4) > 0) {
            document.put("v", random.nextInt(4));
        }
        if (random.nextInt(3) == 0) {
            document.put("u", random.nextInt(400));
        }
        if (random.nextInt(3) == 0) {
            document.put("w", random.nextInt(200));
        }
        document.putArray("tags").add(random.nextInt(3)).add(random.nextInt(3));
        ArrayNode names = document.putArray("names");
        for (int i = random.nextInt(4); i > 0; i--) {
            names.add("n" + random.nextInt(600));
        }
        if (!names.isEmpty() && random.nextBoolean()) {
            names.add(names.get(0));
        }
        return document;
    }

    /** All documents or, if one has no key, none. */
    private void putAll(JsonTransaction transaction) {
        List<ObjectNode> several = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            several.add(document(random.nextInt(KEYS)));
        }
        if (random.nextBoolean()) {
            transaction.putAll("s", several);
            several.forEach(document -> documents.put(document.get("id").longValue(), document));
        } else {
            several.add(json("{'id':{}}"));
            assertThatThrownBy(() -> transaction.putAll("s", several)).isInstanceOf(InvalidKeyException.class);
        }
    }

    private void rollBack(JsonTransaction transaction) {
        for (Savepoint savepoint : invalid) {
            assertThatThrownBy(() -> transaction.rollbackTo(savepoint)).isInstanceOf(IllegalArgumentException.class);
        }
        if (points.isEmpty()) {
            return;
        }
        for (int later = random.nextInt(points.size()); later > 0; later--) {
            invalid.add(points.pop().savepoint);
        }
        Point back = points.getFirst();
        transaction.rollbackTo(back.savepoint);
        documents = new TreeMap<>(back.documents);
    }

    private void release(JsonTransaction transaction) {
        if (points.isEmpty()) {
            return;
        }
        for (int later = random.nextInt(points.size()); later > 0; later--) {
            invalid.add(points.pop().savepoint);
        }
        Savepoint released = points.pop().savepoint;
        invalid.add(released);
        transaction.release(released);
    }

    private List<JsonNode> matching(Predicate<JsonNode> condition) {
        return documents.values().stream().filter(condition).toList();
    }

    private void check(JsonTransaction transaction) {
        String seed = "seed " + SEED;
        assertThat(transaction.getAll("s", KeyRange.all(), 1000)).as(seed).isEqualTo(List.copyOf(documents.values()));
        assertThat(transaction.count("s")).as(seed).isEqualTo(documents.size());
        long id = random.nextInt(KEYS);
        assertThat(transaction.get("s", id)).as(seed).isEqualTo(documents.get(id));
        int v = random.nextInt(4);
        List<JsonNode> expected = matching(document -> document.path("v").asInt(-1) == v);
        assertThat(transaction.getByIndex("s", "v", v)).as(seed).isEqualTo(expected);
        assertThat(transaction.query("s").whereEq("v", v).collect()).as(seed).isEqualTo(expected);
        assertThat(transaction.query("s").whereRange("u", 0, 400).count())
                .as(seed)
                .isEqualTo(matching(document -> document.has("u")).size());
        assertThat(transaction.getByIndex("s", "tags", 1))
                .as(seed)
                .isEqualTo(
                        matching(document -> document.get("tags").valueStream().anyMatch(tag -> tag.intValue() == 1)));
        if (isUnique()) {
            for (JsonNode document : documents.values()) {
                document.get("names")
                        .forEach(name -> assertThat(transaction.getByIndex("s", "names", name))
                                .as(seed)
                                .containsExactly(document));
            }
            for (JsonNode document : matching(document -> document.has("v") && document.has("w"))) {
                assertThat(transaction.getByIndex("s", "vu", List.of(document.get("v"), document.get("w"))))
                        .as(seed)
                        .containsExactly(document);
            }
            for (JsonNode document : matching(document -> document.has("u"))) {
                assertThat(transaction.getByIndex("s", "u", document.get("u").intValue()))
                        .as(seed)
                        .containsExactly(document);
            }
        }
        walkBackwards(transaction, v);
        assertThat(walk(transaction, "names", CursorDirection.PREVUNIQUE))
                .as(seed)
                .isEqualTo(names());
        List<String> tags = walk(transaction, "tags", CursorDirection.NEXTUNIQUE);
        assertThat(tags).as(seed).isEqualTo(lowestHolders("tags"));
    }

    private static List<String> walk(JsonTransaction transaction, String index, CursorDirection direction) {
        List<String> seen = new ArrayList<>();
        try (JsonCursor cursor = transaction.openCursor("s", index, KeyRange.all(), direction)) {
            while (cursor.next()) {
                seen.add(cursor.key() + " " + cursor.primaryKey());
            }
        }
        return seen;
    }

    /** Names from the last to the first, each with the lowest key of a document that holds it. */
    private List<String> names() {
        List<String> names = lowestHolders("names");
        Collections.reverse(names);
        return names;
    }

    private List<String> lowestHolders(String array) {
        TreeMap<String, Long> holders = new TreeMap<>();
        documents.forEach(
                (id, document) -> document.get(array).forEach(element -> holders.putIfAbsent(element.asString(), id)));
        return holders.entrySet().stream()
                .map(holder -> holder.getKey() + " " + holder.getValue())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private void walkBackwards(JsonTransaction transaction, int v) {
        List<Object> seen = new ArrayList<>();
        try (JsonCursor cursor = transaction.openCursor("s", "v", KeyRange.only(v), CursorDirection.PREV)) {
            while (cursor.next()) {
                seen.add(0, cursor.primaryKey());
            }
        }
        assertThat(seen)
                .as("seed %d", SEED)
                .isEqualTo(matching(document -> document.path("v").asInt(-1) == v).stream()
                        .map(document -> document.get("id").longValue())
                        .toList());
    }

    /**
     * Each return to a savepoint went through all changes of the transaction: this test took minutes. What is taken
     * back here is one document each time.
     */
    @Test
    void rollbackTo_inALargeTransaction_costsWhatItTakesBack() {
        int many = 40_000;
        db.createObjectStore(schema());
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                for (int i = 0; i < many; i++) {
                    transaction.put("s", json("{'v':1}").put("id", i).put("u", i));
                }
                assertThat(transaction.getByIndex("s", "u", 7)).hasSize(1);
                for (int i = 0; i < many; i++) {
                    Savepoint savepoint = transaction.savepoint();
                    transaction.put("s", json("{'v':2}").put("id", i).put("u", -1 - i));
                    transaction.rollbackTo(savepoint);
                    transaction.release(savepoint);
                }
                assertThat(transaction.query("s").whereEq("v", 2).count()).isZero();
                assertThat(transaction.query("s").whereEq("v", 1).count()).isEqualTo(many);
            }
        });
    }

    /** What documents were before a change was kept for ever, also without any savepoint, and not counted. */
    @Test
    void savepoints_whatTheyKeep_countsUntilTheyAreReleased() {
        JsonDB small = JsonDB.on(new MemoryStore(), JsonLimits.DEFAULT.withMaxTransactionBytes(100 << 10));
        small.createObjectStore("s", "id");
        String text = "x".repeat(10 << 10);
        try (JsonTransaction transaction = small.transaction(TransactionMode.READ_WRITE, "s")) {
            for (int i = 0; i < 100; i++) {
                Savepoint savepoint = transaction.savepoint();
                transaction.put("s", json("{'id':1}").put("i", i).put("text", text));
                transaction.release(savepoint);
            }
            Savepoint first = transaction.savepoint();
            for (int i = 0; i < 100; i++) {
                transaction.put("s", json("{'id':1}").put("i", i).put("text", text));
            }
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            transaction.savepoint();
                            transaction.put("s", json("{'id':1}").put("i", i).put("text", text));
                        }
                    })
                    .isInstanceOfSatisfying(
                            LimitExceededException.class,
                            e -> assertThat(e.limitName()).isEqualTo("transaction bytes"));
            transaction.rollbackTo(first);
            assertThat(transaction.get("s", 1).get("i").intValue()).isEqualTo(99);
            for (int i = 2; i < 8; i++) {
                transaction.put("s", json("{'id':" + i + "}").put("text", text));
            }
            transaction.commit();
        }
        assertThat(small.count("s")).isEqualTo(7);
    }
}
