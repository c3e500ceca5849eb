package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.annotation.Ttl;
import io.flowdb.error.InvalidQueryException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Import, export, projection, aggregates, filters on text, planner, annotations. */
class JsonToolsTest {
    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);

    /** Reads of keys and counts read no document, whatever way they take. */
    @Test
    void keyOnlyReads_readNoDocuments() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v").withMultiEntryIndex("t", "t"));
        for (int i = 0; i < 50; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i % 5 + ",'t':[" + i % 3 + ",7]}"));
        }
        long before = store.valuesRead.get();
        long gets = store.gets.get();
        assertThat(db.count("s")).isEqualTo(50);
        assertThat(db.count("s", KeyRange.bound(10, 20, false, true))).isEqualTo(10);
        assertThat(db.getAllKeys("s", KeyRange.lowerBound(45), 3)).containsExactly(45L, 46L, 47L);
        assertThat(db.query("s").whereEq("v", 2).count()).isEqualTo(10);
        assertThat(db.query("s").whereRange("v", 1, 3).count()).isEqualTo(20);
        assertThat(db.query("s").whereIn("v", List.of(1, 4)).exists()).isTrue();
        assertThat(db.query("s").whereEq("t", 7).count()).isEqualTo(50);
        assertThat(db.query("s").whereEq("v", 2).offset(3).count()).isEqualTo(7);
        assertThat(db.query("s").offset(Long.MAX_VALUE).count()).isZero();
        assertThat(db.query("s").offset(49).exists()).isTrue();
        try (JsonCursor cursor = db.openCursor("s", "v", KeyRange.only(3), CursorDirection.PREV)) {
            while (cursor.next()) {
                assertThat((Long) cursor.primaryKey() % 5).isEqualTo(3L);
            }
        }
        assertThat(store.valuesRead.get()).isEqualTo(before);
        assertThat(store.gets.get()).isEqualTo(gets);
    }

    private ImportResult load(String text, ImportOptions options) {
        return db.importJson("s", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), options);
    }

    @Test
    void importAndExport_bothForms_areInverse() {
        db.createObjectStore("s", "id");
        AtomicLong progress = new AtomicLong();
        String lines = "{\"id\":1,\"v\":1.10}\n{\"id\":2}\n\n{\"id\":3,\"t\":\"\u00e9\"}\n";
        ImportResult result = load(lines, ImportOptions.DEFAULT.withBatchSize(2).withProgress(progress::set));
        assertThat(result).isEqualTo(new ImportResult(3, 0, List.of()));
        assertThat(progress.get()).isEqualTo(3);
        for (ExportFormat format : ExportFormat.values()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThat(db.exportJson("s", out, format, n -> {})).isEqualTo(3);
            db.clear("s");
            assertThat(load(out.toString(StandardCharsets.UTF_8), ImportOptions.DEFAULT)
                            .imported())
                    .isEqualTo(3);
            assertThat(new String(db.getRaw("s", 1), StandardCharsets.UTF_8)).isEqualTo("{\"id\":1,\"v\":1.10}");
        }
    }

    @Test
    void import_badLines_areReportedWithTheirNumber() {
        db.createObjectStore("s", "id");
        String lines = "{\"id\":1}\n{\"id\":\n{\"x\":1}\n{\"id\":4,\"id\":4}\n{\"id\":5}";
        assertThatThrownBy(() -> load(lines, ImportOptions.DEFAULT))
                .isInstanceOf(InvalidQueryException.class)
                .hasMessageContaining("line 2");
        ImportResult result = load(lines, ImportOptions.DEFAULT.skippingBad());
        assertThat(result.imported()).isEqualTo(2);
        assertThat(result.problems()).extracting(ImportResult.Problem::line).containsExactlyInAnyOrder(2L, 3L, 4L);
    }

    /** One number with a large exponent used to refuse count, least and greatest as well, which need no exact sum. */
    @Test
    void aggregate_numbersVeryFarApart_refusesTheSumAlone() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'v':1e5000,'g':1}"));
        db.put("s", json("{'id':2,'v':2.5,'g':1}"));
        db.put("s", json("{'id':3,'v':-3e-5000,'g':1}"));
        Aggregate all = db.query("s").aggregate("v");
        assertThat(all.count()).isEqualTo(3);
        assertThat(all.numbers()).isEqualTo(3);
        assertThat((BigDecimal) all.min()).isEqualByComparingTo("-3e-5000");
        assertThat((BigDecimal) all.max()).isEqualByComparingTo("1e5000");
        assertThatThrownBy(all::sum).isInstanceOf(InvalidQueryException.class).hasMessageContaining("1000");
        assertThatThrownBy(all::avg).isInstanceOf(InvalidQueryException.class);
        assertThat(db.query("s").groupBy("g", "v")).containsExactly(new Aggregate.Group(1L, all));
        assertThat(db.query("s").where(Filter.eq("id", 2)).aggregate("v").sum()).isEqualTo("2.5");
    }

    @Test
    void aggregates_groupsDistinctAndProjection_tellTheData() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_c", "c"));
        db.put("s", json("{'id':1,'c':'x','n':1.5,'o':{'p':1,'q':2}}"));
        db.put("s", json("{'id':2,'c':'x','n':2}"));
        db.put("s", json("{'id':3,'c':'y','n':'z'}"));
        db.put("s", json("{'id':4}"));
        Aggregate all = db.query("s").aggregate("n");
        assertThat(all).isEqualTo(new Aggregate(4, 2, new BigDecimal("3.5"), 1.5, "z"));
        assertThat(all.avg()).isEqualByComparingTo("1.75");
        assertThat(db.query("s").groupBy("c", "n"))
                .extracting(Aggregate.Group::key, group -> group.values().count())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(null, 1L),
                        org.assertj.core.groups.Tuple.tuple("x", 2L),
                        org.assertj.core.groups.Tuple.tuple("y", 1L));
        assertThat(db.query("s").distinct("c")).containsExactly("x", "y");
        assertThat(db.query("s").whereEq("id", 1).projection("o.q", "c", "none").collect())
                .containsExactly(json("{'o':{'q':2},'c':'x'}"));
    }

    @Test
    void textFilters_matchWithAndWithoutCase() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'t':'Hello World','l':['a','B']}"));
        db.put("s", json("{'id':2,'t':'hello'}"));
        assertThat(count(Filter.startsWith("t", "Hell"))).isEqualTo(1);
        assertThat(count(Filter.startsWithIgnoreCase("t", "HELL"))).isEqualTo(2);
        assertThat(count(Filter.endsWith("t", "World"))).isEqualTo(1);
        assertThat(count(Filter.endsWithIgnoreCase("t", "WORLD"))).isEqualTo(1);
        assertThat(count(Filter.contains("t", "lo W"))).isEqualTo(1);
        assertThat(count(Filter.containsIgnoreCase("t", "LO"))).isEqualTo(2);
        assertThat(count(Filter.eqIgnoreCase("t", "HELLO"))).isEqualTo(1);
        assertThat(count(Filter.contains("l", "B"))).isEqualTo(1);
        assertThat(count(Filter.regex("t", "^[Hh]ello$"))).isEqualTo(1);
        assertThat(count(Filter.ne("t", "hello"))).isEqualTo(1);
        assertThat(count(Filter.between("id", 1, 2))).isEqualTo(2);
        db.put("s", json("{'id':3,'t':'" + "a".repeat(60) + "!'}"));
        assertThatThrownBy(() -> count(Filter.regex("t", "(.*)(.*)(.*)(.*)(.*)(.*)z")))
                .isInstanceOf(InvalidQueryException.class);
    }

    private long count(Filter filter) {
        return db.query("s").where(filter).count();
    }

    @Test
    void planner_choosesTheNarrowIndexAndItsOrder() {
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("by_country", "country")
                .withIndex("by_country_name", "country", "name")
                .withUniqueIndex("by_code", "code"));
        for (int i = 0; i < 300; i++) {
            db.put(
                    "s",
                    json("{'id':" + i + ",'country':'" + (i % 3) + "','name':'n" + (i / 3) + "','code':" + i + "}"));
        }
        Explain prefix = db.query("s")
                .whereEq("country", "1")
                .where(Filter.startsWith("name", "n2"))
                .orderBy("name", Direction.ASC)
                .limit(5)
                .explain();
        assertThat(prefix.index()).isEqualTo("by_country_name");
        assertThat(prefix.sorted()).isFalse();
        assertThat(prefix.documentsRead()).isEqualTo(5);
        Explain unique =
                db.query("s").whereEq("country", "1").whereEq("code", 4).explain();
        assertThat(unique.index()).isEqualTo("by_code");
        assertThat(unique.documentsRead()).isEqualTo(1);
        long before = store.valuesRead.get();
        long gets = store.gets.get();
        assertThat(db.query("s").whereEq("country", "1").count()).isEqualTo(100);
        assertThat(store.valuesRead.get())
                .as("documents read by an index-only count")
                .isEqualTo(before);
        assertThat(store.gets.get()).isEqualTo(gets);
        Explain newest = db.query("s").orderBy("code", Direction.DESC).limit(3).explain();
        assertThat(newest.index()).isEqualTo("by_code");
        assertThat(newest.reverse()).isTrue();
        assertThat(newest.documentsRead()).isEqualTo(3);
        Explain in = db.query("s").whereIn("code", List.of(5, 7, 7, 1000)).explain();
        assertThat(in.documentsRead()).isEqualTo(2);
        Explain or = db.query("s")
                .where(Filter.or(Filter.eq("code", 5), Filter.eq("id", 7)))
                .explain();
        assertThat(or.rowsReturned()).isEqualTo(2);
        assertThat(or.documentsRead()).isLessThanOrEqualTo(2);
        assertThat(db.query("s").whereEq("name", "n1").explain().index()).isNull();
    }

    @Test
    void planner_candidates_areCountedOnlyAsFarAsItTakesToChoose() {
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("by_country_name", "country", "name")
                .withIndex("by_country", "country")
                .withIndex("by_rare", "rare"));
        for (int i = 0; i < 300; i++) {
            db.put("s", json("{'id':" + i + ",'country':'c','name':'n" + i + "','rare':" + (i / 3) + "}"));
        }
        db.query("s").whereEq("country", "c").whereEq("rare", 7).count();

        long before = store.keysWalked.get();
        assertThat(db.query("s").whereEq("country", "c").count()).isEqualTo(300);
        assertThat(store.keysWalked.get() - before)
                .as("one index holds what the other does: nothing is counted beforehand")
                .isLessThan(310);
        before = store.keysWalked.get();
        assertThat(db.query("s").whereEq("country", "c").whereEq("rare", 7).count())
                .isEqualTo(3);
        assertThat(store.keysWalked.get() - before)
                .as("the other candidate is counted no further than the first bound")
                .isLessThan(30);
    }

    record Inner(@Indexed String city, String zip) {}

    @ObjectStore(autoIncrement = true)
    @CompoundIndex(
            paths = {"name", "inner.zip"},
            unique = true)
    @CompoundIndex(
            name = "second",
            paths = {"inner.zip", "name"})
    @Ttl("PT1H")
    record Customer(
            @Id Long id,

            @Indexed(unique = true, name = "mail") @com.fasterxml.jackson.annotation.JsonProperty("e_mail")
            String email,

            String name,
            Inner inner,
            @Indexed(multiEntry = true) List<String> tags) {}

    @Test
    void annotations_giveTheDefinition() {
        assertThat(db.applySchema(Customer.class)).isNotEmpty();
        StoreSchema schema = db.getStore("customer");
        assertThat(schema.keyPath()).isEqualTo("id");
        assertThat(schema.autoIncrement()).isTrue();
        assertThat(schema.ttl()).isEqualTo(Duration.ofHours(1));
        assertThat(schema.indexes())
                .containsExactlyInAnyOrder(
                        IndexSchema.unique("mail", "e_mail"),
                        IndexSchema.of("by_inner.city", "inner.city"),
                        IndexSchema.multiEntry("by_tags", "tags"),
                        IndexSchema.unique("by_name_inner.zip", "name", "inner.zip"),
                        IndexSchema.of("second", "inner.zip", "name"));
        Object key = db.putDoc("customer", new Customer(null, "a@b", "n", new Inner("c", "z"), List.of("t")));
        assertThat(db.getDoc("customer", key, Customer.class)).map(Customer::id).contains((Long) key);
        assertThat(db.getByIndex("customer", "by_inner.city", "c")).hasSize(1);
        assertThatThrownBy(() -> db.applySchema(Inner.class)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new ArrayList<>(db.applySchema(Customer.class))).isEmpty();
    }

    /**
     * A disjunction of one condition took what an index gave for it as the answer to all conditions of the query; one
     * of no conditions ended in an IndexOutOfBoundsException.
     */
    @Test
    void planner_disjunctionOfOneOrNone_isOneConditionOfSeveral() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
        for (int i = 0; i < 20; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i % 2 + ",'w':'x" + i + "'}"));
        }
        JsonQuery one = db.query("s")
                .where(Filter.or(List.of(Filter.eq("v", 1))))
                .where(Filter.endsWith("w", "3"))
                .orderBy("w", Direction.DESC);
        assertThat(one.collect())
                .extracting(document -> document.get("id").intValue())
                .containsExactly(3, 13);
        assertThat(one.count()).isEqualTo(2);
        assertThat(one.explain().index()).isEqualTo("by_v");
        long gets = store.gets.get();
        assertThat(count(Filter.or(List.of(Filter.eq("v", 1))))).isEqualTo(10);
        assertThat(store.gets.get()).as("read for an index-only count").isEqualTo(gets);
        JsonQuery none = db.query("s").where(Filter.or(List.of()));
        assertThat(none.collect()).isEmpty();
        assertThat(none.orderBy("w", Direction.ASC).collect()).isEmpty();
        assertThat(none.count()).isZero();
        assertThat(none.explain().documentsRead()).isZero();
        assertThat(none.delete()).isZero();
        assertThat(count(Filter.and(List.of()))).isEqualTo(20);
        assertThat(count(Filter.in("v", List.of()))).isZero();
        assertThat(count(Filter.in("id", List.of()))).isZero();
    }

    /** More than 10,000 values were too many for an index: the whole store was walked. */
    @Test
    void planner_manyValuesOfOnePath_areLookedUpInAnIndex() {
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("by_v", "v")
                .withIndex("by_w_v", "w", "v")
                .withUniqueIndex("by_u", "u"));
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            documents.add(json("{'id':%d,'v':%d,'w':%d,'u':%d}".formatted(i, 60 * i, i % 2, 60 * i)));
        }
        db.putAll("s", documents);
        List<Integer> values = IntStream.range(0, 12_000).boxed().toList();
        for (String path : List.of("v", "u")) {
            Explain explain = db.query("s").whereIn(path, values).explain();
            assertThat(explain.index()).isEqualTo("by_" + path);
            assertThat(explain.documentsRead()).isEqualTo(200);
            assertThat(db.query("s").whereIn(path, values).collect()).isEqualTo(documents.subList(0, 200));
        }
        JsonQuery both = db.query("s").whereIn("w", List.of(0, 1)).whereIn("v", values);
        assertThat(both.explain().documentsRead()).isEqualTo(200);
        assertThat(both.collect()).isEqualTo(documents.subList(0, 200));
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
            t.put("s", json("{'id':1000,'v':7}"));
            assertThat(t.query("s").whereIn("v", values).count()).isEqualTo(201);
            return null;
        });
        // The values of two paths multiply to too many: the first decides.
        JsonQuery product = db.query("s").whereIn("w", List.of(1, 2, 3)).whereIn("v", values.subList(0, 6_000));
        assertThat(product.collect())
                .isEqualTo(documents.subList(0, 100).stream()
                        .filter(document -> document.get("w").intValue() == 1)
                        .toList());
    }

    /** Each value of one list was compared with each of the other, and the pairs were kept. */
    @Test
    void planner_twoLongListsOfValues_areIntersectedInOrder() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
        for (int i = 0; i < 10; i++) {
            db.put("s", json("{'id':" + 30_000 * i + ",'v':" + 30_000 * i + "}"));
        }
        List<Integer> threes =
                IntStream.range(0, 100_000).map(i -> 3 * i).boxed().toList();
        List<Integer> twos = IntStream.range(0, 100_000).map(i -> 2 * i).boxed().toList();
        for (String path : List.of("id", "v")) {
            long start = System.nanoTime();
            JsonQuery both =
                    db.query("s").whereIn(path, threes).whereIn(path, twos).whereRange(path, 1, 150_000);
            assertThat(both.collect())
                    .extracting(document -> document.get("id").intValue())
                    .containsExactly(30_000, 60_000, 90_000, 120_000);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }

    /** A loop that joined a thousand conditions by "or" ended in a StackOverflowError. */
    @Test
    void filter_chainedInALoop_isNotNested() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
            for (int i = 0; i < 10; i++) {
                db.put("s", json("{'id':" + i + ",'v':" + i + ",'w':" + i + "}"));
            }
            for (String path : List.of("id", "v", "w")) {
                Filter any = Filter.eq(path, 3);
                Filter all = Filter.ge(path, 3);
                for (int i = 0; i < 5_000; i++) {
                    any = i % 2 == 0 ? any.or(Filter.eq(path, i % 5)) : Filter.or(Filter.eq(path, i % 5), any);
                    all = i % 2 == 0 ? all.and(Filter.ge(path, i % 5)) : Filter.and(Filter.ge(path, i % 5), all);
                }
                assertThat(db.query("s").where(any).count()).as(path).isEqualTo(5);
                assertThat(db.query("s").where(all).count()).as(path).isEqualTo(6);
            }
        }
    }

    @Test
    void filter_nestedTooDeep_isRefusedTyped() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            db.put("s", json("{'id':1}"));
            Filter filter = Filter.eq("id", 1);
            for (int depth = 1; depth < 100_000; depth++) {
                filter = Filter.not(filter);
                if (depth == 99) {
                    assertThat(db.query("s").where(filter).count()).isZero();
                }
            }
            Filter tooDeep = filter;
            assertThatThrownBy(() -> db.query("s").where(tooDeep)).isInstanceOf(InvalidQueryException.class);
            assertThatThrownBy(tooDeep::predicate).isInstanceOf(InvalidQueryException.class);
        }
    }
}
