package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.InvalidQueryException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Streams of queries are read as they are consumed, of one state, which they hold until they are read or closed. They
 * used to be the finished result wherever an index or a sort had a part in it.
 */
class QueryStreamTest {
    private static final int DOCUMENTS = 2_000;

    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);

    /** Queries that need no sort, by name. */
    private final Map<String, Supplier<JsonQuery>> lazy = Map.of(
            "all", () -> db.query("s"),
            "by a filter", () -> db.query("s").where(Filter.startsWith("text", "t")),
            "in the order of an index without a condition", () -> db.query("s").orderBy("v", Direction.DESC),
            "by one value", () -> db.query("s").whereEq("even", 0),
            "by several values", () -> db.query("s").whereIn("even", List.of(0, 1)),
            "in the order of an index",
                    () -> db.query("s").whereRange("v", 10, null).orderBy("v", Direction.ASC),
            "against the order of an index",
                    () -> db.query("s").whereRange("v", 10, null).orderBy("v", Direction.DESC),
            "in the second order of an index",
                    () -> db.query("s")
                            .whereEq("even", 1)
                            .orderBy("v", Direction.ASC)
                            .offset(7));

    @BeforeEach
    void fill() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v").withIndex("by_even_v", "even", "v"));
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(document(i));
        }
        db.putAll("s", documents);
    }

    private static ObjectNode document(int i) {
        return DocumentCodec.MAPPER
                .createObjectNode()
                .put("id", i)
                .put("v", i / 3)
                .put("even", i % 2)
                .put("text", "t" + i);
    }

    @Test
    void stream_ofAnyQuery_givesWhatCollectGives() {
        lazy.forEach((name, query) -> assertThat(query.get().stream().toList())
                .as(name)
                .isEqualTo(query.get().collect()));
        assertThat(db.query("s").orderBy("text", Direction.DESC).limit(9).stream()
                        .toList())
                .isEqualTo(
                        db.query("s").orderBy("text", Direction.DESC).limit(9).collect());
        assertThat(db.query("s").limit(0).stream()).isEmpty();
        assertThat(db.query("s").projection("v").limit(1).stream().toList().toString())
                .isEqualTo("[{\"v\":0}]");
        assertThat(store.openSnapshots).hasValue(0);
    }

    @Test
    void stream_ofWhichLittleIsConsumed_readsLittle() {
        lazy.forEach((name, query) -> {
            long before = store.valuesRead.get() + store.gets.get();
            try (Stream<JsonNode> stream = query.get().stream()) {
                Iterator<JsonNode> documents = stream.iterator();
                for (int i = 0; i < 3; i++) {
                    documents.next();
                }
            }
            assertThat(store.valuesRead.get() + store.gets.get() - before)
                    .as("values read for three documents " + name)
                    .isLessThan(40);
        });
        assertThat(store.openSnapshots).hasValue(0);
    }

    @Test
    void stream_besideWrites_staysAtItsState() {
        lazy.forEach((name, query) -> {
            List<JsonNode> expected = query.get().collect();
            try (Stream<JsonNode> stream = query.get().stream()) {
                Iterator<JsonNode> documents = stream.iterator();
                List<JsonNode> found = new ArrayList<>(List.of(documents.next()));
                db.clear("s");
                documents.forEachRemaining(found::add);
                assertThat(found).as(name).isEqualTo(expected);
            }
            for (int i = 0; i < DOCUMENTS; i++) {
                db.put("s", document(i));
            }
        });
    }

    @Test
    void stream_thatFails_releasesItsState() {
        assertThatThrownBy(() -> db.query("absent").stream()).isInstanceOf(RuntimeException.class);
        store.duringScan = () -> {
            throw new IllegalStateException("failing");
        };
        lazy.forEach((name, query) -> assertThatThrownBy(() -> {
                    try (Stream<JsonNode> stream = query.get().stream()) {
                        stream.toList();
                    }
                })
                .as(name)
                .hasMessage("failing"));
        assertThat(store.openSnapshots).hasValue(0);
    }

    @Test
    void stream_inATransaction_seesItsWrites() {
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), transaction -> {
            transaction.delete("s", 0);
            transaction.put("s", document(2).put("v", 0));
            List<JsonNode> first;
            try (Stream<JsonNode> stream = transaction.query("s").orderBy("v", Direction.ASC).stream()) {
                first = stream.limit(2).toList();
            }
            assertThat(first)
                    .extracting(document -> document.get("id").intValue())
                    .containsExactly(1, 2);
            return first;
        });
    }

    /**
     * A document that the transaction changes ahead of one of its streams used to be shown where it was, though it had
     * left the query or had moved on, in which case it was shown again.
     */
    @Test
    void stream_inATransaction_showsNothingWhereItWas() {
        Map<String, Function<JsonTransaction, JsonQuery>> queries = Map.of(
                "upward", t -> t.query("s").whereRange("v", 10, 100).orderBy("v", Direction.ASC),
                "downward", t -> t.query("s").whereRange("v", 10, 100).orderBy("v", Direction.DESC),
                "second of an index",
                        t -> t.query("s")
                                .whereEq("even", 0)
                                .whereRange("v", 10, 100)
                                .orderBy("v", Direction.DESC),
                "several values", t -> t.query("s").whereIn("v", List.of(20, 30, 40)));
        queries.forEach((name, query) -> {
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                List<JsonNode> before = query.apply(transaction).collect();
                List<JsonNode> shown = new ArrayList<>();
                try (Stream<JsonNode> stream = query.apply(transaction).stream()) {
                    Iterator<JsonNode> documents = stream.iterator();
                    shown.add(documents.next());
                    for (JsonNode document : before.subList(1, before.size())) {
                        transaction.put("s", ((ObjectNode) document.deepCopy()).put("v", 1000));
                    }
                    documents.forEachRemaining(shown::add);
                }
                assertThat(shown).as(name).isEqualTo(before.subList(0, 1));
            }
        });
        try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
            List<Integer> shown = new ArrayList<>();
            try (Stream<JsonNode> stream = queries.get("upward").apply(transaction).limit(6).stream()) {
                stream.forEach(document -> {
                    shown.add(document.get("id").intValue());
                    if (shown.size() == 1) {
                        transaction.put("s", document(33).put("v", 11)); // was the first of the next value
                        transaction.put("s", document(34).put("v", 98));
                    }
                });
            }
            assertThat(shown).as("at their places alone").containsExactly(30, 31, 32, 33, 35, 36);
        }
    }

    /** Of the walk that is merged with documents without the property one row is read ahead: it was given as it had been. */
    @Test
    void stream_mergedWithDocumentsWithoutTheProperty_showsTheNextOneAsItIsNow() {
        db.put("s", json("{'id':-1}"));
        JsonNode next = document(0);
        Map<String, Consumer<JsonTransaction>> writes = Map.of(
                "deleted", t -> t.delete("s", 0),
                "written over", t -> t.put("s", ((ObjectNode) next.deepCopy()).put("more", true)),
                "moved", t -> t.put("s", ((ObjectNode) next.deepCopy()).put("v", 1000)),
                "taken back",
                        t -> {
                            Savepoint savepoint = t.savepoint();
                            t.delete("s", 0);
                            t.rollbackTo(savepoint);
                        });
        writes.forEach((name, write) -> {
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                Supplier<JsonQuery> query = () -> transaction.query("s").orderBy("v", Direction.ASC);
                List<JsonNode> shown = new ArrayList<>();
                try (Stream<JsonNode> stream = query.get().stream()) {
                    Iterator<JsonNode> documents = stream.iterator();
                    shown.add(documents.next());
                    write.accept(transaction);
                    documents.forEachRemaining(shown::add);
                }
                assertThat(shown).as(name).isEqualTo(query.get().collect());
            }
        });
    }

    /** The walk of the index stayed open, and with it the file of its table, until the process ended. */
    @Test
    void ordered_queryThatFailsAtDocumentsWithoutAnEntry_closesItsWalks() {
        db.put("s", json("{'id':-1}").put("text", "a".repeat(90)));
        Supplier<JsonQuery> query = () ->
                db.query("s").where(Filter.regex("text", "a*a*a*a*a*a*a*a*a*!")).orderBy("v", Direction.ASC);
        List<ThrowingCallable> reads = List.of(
                () -> query.get().collect(),
                () -> query.get().limit(5).collect(),
                () -> query.get().stream(),
                () -> query.get().first(),
                () -> db.inTransaction(
                        TransactionMode.READ_ONLY,
                        List.of("s"),
                        t -> t.query("s")
                                .where(Filter.regex("text", "a*a*a*a*a*a*a*a*a*!"))
                                .orderBy("v", Direction.DESC)
                                .collect()));
        for (ThrowingCallable read : reads) {
            assertThatThrownBy(read).isInstanceOf(InvalidQueryException.class);
            assertThat(store.openWalks).hasValue(0);
            assertThat(store.openSnapshots).hasValue(0);
        }
    }

    /** What a rollback had made as it was before was returned for what it had been meanwhile, or twice. */
    @Test
    void stream_ofATransactionThatRollsBack_givesOnlyWhatMatches() {
        db.put("s", json("{'id':9000,'v':9000,'even':7}"));
        List<Function<JsonTransaction, JsonQuery>> queries = List.of(
                t -> t.query("s").whereRange("v", 8000, null),
                t -> t.query("s").whereRange("v", 8000, null).orderBy("v", Direction.ASC),
                t -> t.query("s").whereRange("v", 8000, null).orderBy("v", Direction.DESC),
                t -> t.query("s").whereEq("even", 7),
                t -> t.query("s").whereIn("even", List.of(5, 7)));
        for (Function<JsonTransaction, JsonQuery> query : queries) {
            try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
                Savepoint savepoint = t.savepoint();
                for (int i = 0; i < 5; i++) {
                    t.put("s", document(i).put("v", 9000).put("even", 7));
                }
                Iterator<JsonNode> documents = query.apply(t).stream().iterator();
                documents.next(); // as it was then
                t.rollbackTo(savepoint);
                List<JsonNode> rest = new ArrayList<>();
                documents.forEachRemaining(rest::add);

                assertThat(rest).isSubsetOf(query.apply(t).collect());
            }
        }
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            Savepoint savepoint = t.savepoint();
            for (int i = 0; i < 5; i++) {
                t.put("s", document(i).put("v", 9000));
            }
            Iterator<JsonNode> documents =
                    t.query("s").orderBy("v", Direction.DESC).stream().iterator();
            documents.next();
            t.rollbackTo(savepoint);
            List<JsonNode> rest = new ArrayList<>();
            documents.forEachRemaining(rest::add);

            assertThat(rest).as("each at its own place").doesNotHaveDuplicates();
            assertThat(rest)
                    .isSortedAccordingTo(Comparator.comparingInt(
                            (JsonNode document) -> -document.path("v").asInt()));
        }
    }
}
