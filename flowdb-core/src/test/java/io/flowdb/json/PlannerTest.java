package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Which way a query takes among several, told by what it reads. */
class PlannerTest {
    private static final int DOCUMENTS = 4_000;

    private final JsonDB db = JsonDB.open(Config.builder().inMemory(true).build());

    @AfterEach
    void close() {
        db.close();
    }

    private void fill(StoreSchema schema, IntFunction<ObjectNode> document) {
        db.createObjectStore(schema);
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(document.apply(i).put("id", i));
        }
        db.putAll("s", documents);
    }

    private static ObjectNode object() {
        return DocumentCodec.MAPPER.createObjectNode();
    }

    /** All are open; an age is that of 1,000, a city that of 500, and two share a code. */
    private void fillPeople() {
        fill(
                StoreSchema.of("s", "id")
                        .withIndex("by_status", "status")
                        .withIndex("by_age", "age")
                        .withIndex("by_city", "city")
                        .withIndex("by_code", "code"),
                i -> object().put("status", "open")
                        .put("age", i % 4)
                        .put("city", i % 8)
                        .put("code", i / 2));
    }

    /**
     * Counting ended at 256, and the first index was taken then: all documents were read, for an age that 1,000 have.
     */
    @Test
    void indexes_ofManyEntriesEach_theSmallerOneIsTaken() {
        fillPeople();
        Explain byAge =
                db.query("s").whereEq("status", "open").whereEq("age", 3).explain();
        assertThat(byAge.index()).isEqualTo("by_age");
        assertThat(byAge.documentsRead()).isEqualTo(1_000);
        Explain byCity = db.query("s")
                .whereEq("status", "open")
                .whereEq("age", 3)
                .whereEq("city", 7)
                .explain();
        assertThat(byCity.index()).isEqualTo("by_city");
        assertThat(byCity.documentsRead()).isEqualTo(500);
        assertThat(byCity.rowsReturned()).isEqualTo(500);
        try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
            assertThat(transaction
                            .query("s")
                            .whereEq("status", "open")
                            .whereEq("age", 3)
                            .explain()
                            .documentsRead())
                    .isEqualTo(1_000);
        }
    }

    /** Marks of documents with arrays are walked as entries are, and were not counted. */
    @Test
    void indexes_withMarks_theMarksAreCounted() {
        fill(StoreSchema.of("s", "id").withIndex("by_v", "v").withIndex("by_w", "w"), i -> {
            ObjectNode document = object().put("w", i % 4);
            document.putArray("v").add(i);
            return document;
        });
        Explain plan = db.query("s").whereEq("v", 3).whereEq("w", 3).explain();
        assertThat(plan.index()).isEqualTo("by_w");
        assertThat(plan.documentsRead()).isEqualTo(1_000);
        assertThat(plan.rowsReturned()).isEqualTo(1);
    }

    /** Each was a look-up of its own, and each document was tested with all of them. */
    @Test
    void union_ofConditionsOnOnePath_isOneAccess() {
        fillPeople();
        Filter any = Filter.or(Filter.eq("code", 7), Filter.in("code", List.of(8, 9)), Filter.eq("code", 9));
        Explain plan = db.query("s").where(any).explain();
        assertThat(plan.index()).isEqualTo("by_code");
        assertThat(plan.bounds()).hasSize(3);
        assertThat(plan.rowsReturned()).isEqualTo(6);
        assertThat(plan.indexOnly()).isTrue();
        Filter mixed = any.or(Filter.eq("id", 1)).or(Filter.lt("code", 7));
        assertThat(db.query("s").where(mixed).explain().index()).isEqualTo("by_code");
        assertThat(db.query("s").where(mixed).count()).isEqualTo(20);
    }

    /** Any usable index was taken before a union was looked at. */
    @Test
    void union_ofFewerEntriesThanAnIndex_isTaken() {
        fillPeople();
        Filter few = Filter.eq("code", 7).or(Filter.eq("id", 2));
        Explain union = db.query("s").whereEq("status", "open").where(few).explain();
        assertThat(union.documentsRead()).isEqualTo(3);
        assertThat(union.rowsReturned()).isEqualTo(3);
        Filter many = Filter.eq("age", 1).or(Filter.eq("age", 2));
        Explain single = db.query("s").whereEq("city", 1).where(many).explain();
        assertThat(single.index()).isEqualTo("by_city");
        assertThat(single.documentsRead()).isEqualTo(500);
        Explain fewer = db.query("s").where(many).where(few).explain();
        assertThat(fewer.documentsRead()).isEqualTo(3);
        assertThat(fewer.rowsReturned()).isEqualTo(2);
    }

    /** An "or" within a branch of an "or" was no union: the whole store was walked. */
    @Test
    void union_withinABranchOfAUnion_isPartOfIt() {
        fillPeople();
        Filter inner = Filter.eq("code", 7).or(Filter.eq("code", 9)).and(Filter.ne("age", 77));
        Explain plan = db.query("s").where(Filter.eq("id", 1).or(inner)).explain();
        assertThat(plan.documentsRead()).isEqualTo(5);
        assertThat(plan.rowsReturned()).isEqualTo(5);
        assertThat(plan.index()).isEqualTo("by_code");
    }

    /** Branches of branches are followed up to a bound; beyond it the documents are walked, with the same result. */
    @Test
    void union_ofVeryManyInnerBranches_isAWalk() {
        fillPeople();
        List<Filter> codes = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            codes.add(Filter.eq("code", i).and(Filter.exists("id")));
        }
        Filter inner = Filter.or(codes).and(Filter.ne("age", 77));
        Explain plan = db.query("s").where(Filter.eq("id", 3_999).or(inner)).explain();
        assertThat(plan.index()).isNull();
        assertThat(plan.rowsReturned()).isEqualTo(2_201);
    }

    /** A count of a range of keys decoded every document, and one by index and key too. */
    @Test
    void count_decidedByKeys_readsNoDocument() {
        MemoryStore store = new MemoryStore();
        try (JsonDB onStore = JsonDB.on(store)) {
            onStore.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
            for (int i = 0; i < 100; i++) {
                onStore.put("s", object().put("id", i).put("v", i % 2));
            }
            long before = store.valuesRead.get() + store.gets.get();
            assertThat(onStore.query("s").whereRange("id", 10, 90).count()).isEqualTo(80);
            assertThat(onStore.query("s")
                            .whereRange("id", 10, 90)
                            .where(Filter.in("id", List.of(5, 20, 30)))
                            .count())
                    .isEqualTo(2);
            assertThat(onStore.query("s")
                            .whereEq("v", 1)
                            .whereRange("id", 10, 80)
                            .count())
                    .isEqualTo(35);
            assertThat(onStore.query("s")
                            .whereEq("v", 1)
                            .whereRange("id", 10, 90)
                            .limit(7)
                            .count())
                    .isEqualTo(7);
            assertThat(onStore.query("s").whereRange("id", 99, 200).exists()).isTrue();
            assertThat(store.valuesRead.get() + store.gets.get()).isEqualTo(before);
            assertThat(onStore.query("s").whereRange("id", 10, 90).explain().indexOnly())
                    .isTrue();
        }
    }

    /** Bounds ended at twenty without a word. */
    @Test
    void explain_ofManyRanges_saysHowManyAreNotShown() {
        fillPeople();
        List<Integer> codes = new ArrayList<>();
        for (int i = 0; i < 200; i += 2) {
            codes.add(i);
        }
        List<String> bounds = db.query("s").whereIn("code", codes).explain().bounds();
        assertThat(bounds).hasSize(21).last().isEqualTo("... and 80 more");
        assertThat(db.query("s").whereIn("code", codes.subList(0, 20)).explain().bounds())
                .hasSize(20)
                .noneMatch(bound -> bound.startsWith("..."));
    }

    /** A bound that ends in no value had two commas there. */
    @Test
    void explain_boundBehindAValue_isOneList() {
        db.createObjectStore(StoreSchema.of("t", "id").withIndex("ab", "a", "b"));
        assertThat(db.query("t").whereEq("a", "z").whereEq("b", 1).explain().bounds())
                .containsExactly("[z, 1 .. z, 0x20a10201)");
    }

    private Explain youngest(Direction direction) {
        return db.query("s").orderBy("age", direction).limit(3).explain();
    }

    /** One document without the field made the order of an index useless: all documents were read, for three rows. */
    @Test
    void orderOfAnIndex_withAFewDocumentsWithoutEntries_isUsed() {
        fill(StoreSchema.of("s", "id").withIndex("by_age", "age"), i -> object().put("age", i % 60));
        db.put("s", object().put("id", 5_000));
        db.put("s", object().put("id", -1).putNull("age"));
        ObjectNode nested = object().put("id", 5_001);
        nested.putObject("age");
        db.put("s", nested);
        for (Direction direction : Direction.values()) {
            Explain plan = youngest(direction);
            assertThat(plan.index()).isEqualTo("by_age");
            assertThat(plan.sorted()).isFalse();
            assertThat(plan.documentsRead()).isLessThan(10);
        }
        assertThat(db.query("s").orderBy("age", Direction.ASC).limit(3).collect())
                .extracting(document -> document.get("id").intValue())
                .containsExactly(-1, 5_000, 0);
        assertThat(db.query("s").orderBy("age", Direction.DESC).limit(3).collect())
                .extracting(document -> document.get("id").intValue())
                .containsExactly(5_001, 59, 119);
        assertThat(db.query("s")
                        .orderBy("age", Direction.DESC)
                        .offset(4_001)
                        .limit(3)
                        .collect())
                .extracting(document -> document.get("id").intValue())
                .containsExactly(-1, 5_000);
    }

    @Test
    void orderOfAnIndex_withManyDocumentsWithoutEntries_isNotUsed() {
        fill(StoreSchema.of("s", "id").withIndex("by_age", "age"), i -> i % 3 == 0 ? object().put("age", i) : object());
        assertThat(youngest(Direction.ASC).index()).isNull();
    }

    /**
     * With a filter that an index answers, the order of another index was never used: 4,000 documents were sorted for
     * three rows.
     */
    @Test
    void orderOfAnIndex_besideAFilterOfManyDocuments_isTriedFirst() {
        fillPeople();
        Explain plan = db.query("s")
                .whereEq("status", "open")
                .orderBy("code", Direction.DESC)
                .limit(3)
                .explain();
        assertThat(plan.index()).isEqualTo("by_code");
        assertThat(plan.documentsRead()).isLessThan(10);
        assertThat(plan.rowsReturned()).isEqualTo(3);
    }

    /**
     * What is looked for lies at the other end of the order: the walk ends after an eighth of what the filter's index
     * has.
     */
    @Test
    void orderOfAnIndex_thatDoesNotMeetTheRowsSoon_isGivenUp() {
        fill(
                StoreSchema.of("s", "id").withIndex("by_half", "half").withIndex("by_v", "v"),
                i -> object().put("half", i / 2_000).put("v", i));
        Explain plan = db.query("s")
                .whereEq("half", 1)
                .orderBy("v", Direction.ASC)
                .limit(3)
                .explain();
        assertThat(plan.index()).isEqualTo("by_half");
        assertThat(plan.sorted()).isTrue();
        assertThat(plan.documentsRead()).isEqualTo(2_000 + 250);
        assertThat(db.query("s")
                        .whereEq("half", 1)
                        .orderBy("v", Direction.ASC)
                        .limit(3)
                        .collect())
                .extracting(document -> document.get("id").intValue())
                .containsExactly(2_000, 2_001, 2_002);
    }

    /** Where the first row may come soon, nobody counts all there is. */
    @Test
    void firstRow_ofAWalkThatGivesItAtOnce_readsLittle() {
        fillPeople();
        Explain first = db.query("s")
                .whereEq("status", "open")
                .whereEq("age", 3)
                .limit(1)
                .explain();
        assertThat(first.documentsRead()).isLessThanOrEqualTo(4);
        assertThat(db.query("s").whereEq("status", "open").whereEq("age", 3).exists())
                .isTrue();
    }
}
