package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sorts without an index. Every row was held with its document, of 100,000 rows and more also those that an offset
 * leaves out; now the keys are, and as many documents as are small together.
 */
class RowSortTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int DOCUMENTS = 4_000;

    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);
    private final Random random = new Random(SEED);
    private final List<ObjectNode> documents = new ArrayList<>();

    @BeforeEach
    void fill() {
        System.out.println("row sort seed " + SEED);
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_group", "group"));
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(document(i, random));
        }
        db.putAll("s", documents);
    }

    /** Together they have some MiB of text, which is more than a sort keeps. */
    private static ObjectNode document(int id, Random random) {
        return DocumentCodec.MAPPER
                .createObjectNode()
                .put("id", id)
                .put("group", random.nextInt(3))
                .put("rank", random.nextInt(500))
                .put("name", "n" + random.nextInt(DOCUMENTS))
                .put("text", "x".repeat(random.nextInt(1_500)));
    }

    private static List<JsonNode> sorted(List<ObjectNode> of, int group, long offset, long limit) {
        return of.stream()
                .filter(document -> document.get("group").intValue() == group)
                .sorted(Comparator.<ObjectNode>comparingInt(
                                document -> document.get("rank").intValue())
                        .reversed()
                        .thenComparing(document -> document.get("name").stringValue())
                        .thenComparing(document -> document.get("id").intValue()))
                .skip(offset)
                .limit(limit)
                .map(document -> (JsonNode) document)
                .toList();
    }

    private static JsonQuery query(DocumentOperations in, int group, long offset, long limit) {
        return in.query("s")
                .whereEq("group", group)
                .orderBy("rank", Direction.DESC)
                .orderBy("name", Direction.ASC)
                .offset(offset)
                .limit(limit);
    }

    @Test
    void sort_ofMoreThanIsKept_equalsSortAndSlice() {
        for (int round = 0; round < 40; round++) {
            int group = random.nextInt(4);
            long offset = random.nextInt(4) == 0 ? random.nextInt(DOCUMENTS / 2) : random.nextInt(20);
            long limit = random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextInt(round < 20 ? 30 : DOCUMENTS);
            List<JsonNode> expected = sorted(documents, group, offset, limit);
            assertThat(query(db, group, offset, limit).collect())
                    .as("seed %d, group %d, offset %d, limit %d", SEED, group, offset, limit)
                    .isEqualTo(expected);
            assertThat(query(db, group, offset, limit).stream().toList()).isEqualTo(expected);
        }
        assertThat(store.openSnapshots).hasValue(0);
    }

    /** What was sorted is given as it was found, whatever the transaction makes of it meanwhile. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 300})
    void stream_sortedInATransactionThatWrites_staysAsItWasFound(long limit) {
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            for (int i = 0; i < 1_000; i++) {
                ObjectNode other = document(random.nextInt(DOCUMENTS), random);
                t.put("s", other);
                documents.set(other.get("id").intValue(), other);
            }
            List<JsonNode> expected = sorted(documents, 1, 3, limit);
            List<JsonNode> found = new ArrayList<>();
            try (Stream<JsonNode> stream = query(t, 1, 3, limit).stream()) {
                for (Iterator<JsonNode> rows = stream.iterator(); rows.hasNext(); ) {
                    found.add(rows.next());
                    int id = random.nextInt(DOCUMENTS);
                    if (random.nextBoolean()) {
                        t.delete("s", id);
                    } else {
                        t.put("s", document(id, random));
                    }
                }
            }
            assertThat(found).as("seed %d", SEED).isEqualTo(expected);
        }
    }

    /** The first rows need no more room, however many there are. */
    @Test
    void sort_ofMoreKeysThanHaveRoom_isRefusedUnlessFewAreWanted() {
        List<JsonQuery.Order> byId = List.of(new JsonQuery.Order(Condition.path("id"), true));
        try (Session session = databaseOf().open()) {
            Reads reads = new Reads(session.view(), session.catalog().store("s"), JsonLimits.DEFAULT);
            RowSort few = new RowSort(reads, byId, 50, true, 100_000);
            add(reads, few);
            Pull<QueryRun.Row> rows = few.sorted();
            assertThat(IntStream.range(0, 50)
                            .mapToObj(i -> rows.next().document())
                            .toList())
                    .isEqualTo(IntStream.range(0, 50)
                            .mapToObj(i -> documents.get(DOCUMENTS - 1 - i))
                            .toList());
            assertThat(rows.next()).isNull();

            assertThatExceptionOfType(LimitExceededException.class)
                    .isThrownBy(() -> add(reads, new RowSort(reads, byId, Long.MAX_VALUE, true, 100_000)))
                    .withMessageContaining("store 's'")
                    .withMessageContaining("index")
                    .satisfies(e -> assertThat(e.limitName()).isEqualTo("sort bytes"))
                    .satisfies(e -> assertThat(e.limit()).isEqualTo(100_000))
                    .satisfies(e -> assertThat(e.actual()).isGreaterThan(75_000));
        }
    }

    private Database databaseOf() {
        db.close();
        Database database = new Database(store, JsonLimits.DEFAULT, () -> 1);
        database.load();
        return database;
    }

    private void add(Reads reads, RowSort sort) {
        for (ObjectNode document : documents) {
            byte[] key = reads.def().documentKey(document.get("id"), reads.limits());
            sort.add(new QueryRun.Row(key, document, 1_000, false));
        }
    }
}
