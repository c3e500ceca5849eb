package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.DocumentExistsException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.IndexNotFoundException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.MissingKeyException;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.UniqueViolationException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** The acceptance cases of the document layer; run on the engine and on a store that is a plain map. */
abstract class AbstractJsonDbTest extends AbstractTransactionTest {
    @Test
    void documents_putGetDeleteCountScan_work() {
        db.createObjectStore("docs", "id");
        assertThat(db.put("docs", json("{'id':2,'v':1.50}"))).isEqualTo(2L);
        assertThat(db.put("docs", json("{'id':10}"))).isEqualTo(10L);
        assertThat(db.put("docs", json("{'id':1}"))).isEqualTo(1L);
        assertThat(db.get("docs", 2)).isEqualTo(json("{'id':2,'v':1.50}"));
        assertThat(db.get("docs", 2).get("v").decimalValue()).isEqualTo(new BigDecimal("1.50"));
        assertThat(new String(db.getRaw("docs", 2), StandardCharsets.UTF_8)).isEqualTo("{\"id\":2,\"v\":1.50}");
        assertThat(db.count("docs")).isEqualTo(3);
        try (DocumentScan scan = db.scan("docs")) {
            assertThat(scan.stream().map(Document::key)).containsExactly(1L, 2L, 10L);
        }
        assertThat(db.getAllKeys("docs", KeyRange.lowerBound(1, true), 1)).containsExactly(2L);
        assertThat(db.delete("docs", 2)).isTrue();
        assertThat(db.delete("docs", 2)).isFalse();
        assertThat(db.get("docs", 2)).isNull();
        assertThat(db.count("docs")).isEqualTo(2);
        assertThat(db.clear("docs")).isEqualTo(2);
        assertThat(db.count("docs")).isZero();
    }

    @Test
    void mistakes_throwTypedErrors() {
        users();
        assertThatThrownBy(() -> db.get("none", 1)).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> db.getByIndex("users", "none", 1)).isInstanceOf(IndexNotFoundException.class);
        assertThatThrownBy(() -> db.put("users", json("{'x':1}")))
                .isInstanceOfSatisfying(
                        MissingKeyException.class, e -> assertThat(e.path()).isEqualTo("id"));
        assertThatThrownBy(() -> db.put("users", json("{'id':{}}"))).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> db.put("users", json("{'id':'a\\u0000'}"))).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> db.get("users", new Object())).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> db.createObjectStore("users", "other")).isInstanceOf(SchemaConflictException.class);
        assertThatThrownBy(() -> db.createObjectStore("a/b", "id")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> db.query("users").where(Filter.regex("id", "(")))
                .isInstanceOf(InvalidQueryException.class);
        db.add("users", json("{'id':1}"));
        assertThatThrownBy(() -> db.add("users", json("{'id':1}"))).isInstanceOf(DocumentExistsException.class);
        assertThatThrownBy(() -> db.update("users", 1, d -> json("{'id':2}"))).isInstanceOf(InvalidKeyException.class);
        db.close();
        assertThatThrownBy(() -> db.get("users", 1)).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void limits_exceeded_throwNamingTheLimit() {
        db.close();
        JsonDB small = JsonDB.on(
                store,
                JsonLimits.DEFAULT.withMaxDocumentBytes(1024).withMaxDepth(3).withMaxKeyBytes(64),
                clock::get);
        small.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
        small.put("s", json("{'id':1,'v':[[1]]}"));
        assertLimit("document depth", () -> small.put("s", json("{'id':1,'v':[[[1]]]}")));
        assertLimit("document bytes", () -> small.put("s", json("{'id':1,'w':'" + "x".repeat(1100) + "'}")));
        assertLimit("key bytes", () -> small.put("s", json("{'id':'" + "x".repeat(70) + "'}")));
        assertLimit("key bytes of index by_v", () -> small.put("s", json("{'id':1,'v':'" + "x".repeat(70) + "'}")));
        assertThat(small.get("s", 1)).isEqualTo(json("{'id':1,'v':[[1]]}"));
        assertThatThrownBy(() -> json("{'a':1,'a':2}")).hasMessageContaining("uplicate");
        small.put("s", json("{'id':2,'w':1e1000000000}"));
        assertThat(new String(small.getRaw("s", 2), StandardCharsets.UTF_8)).contains("1E+1000000000");
        small.close();
    }

    private static void assertLimit(String name, Callable<?> call) {
        assertThatThrownBy(call::call)
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> assertThat(e.limitName()).isEqualTo(name));
    }

    @Test
    void keys_ofDifferentTypes_areDistinctAndOrdered() {
        db.createObjectStore("k", "id");
        for (String key : List.of("10", "2", "1", "'1'", "true", "'true'", "false", "1.5", "''", "[1]")) {
            db.put("k", json("{'id':" + key + "}"));
        }
        assertThat(db.getAllKeys("k", KeyRange.all(), 100))
                .containsExactly(false, true, 1L, 1.5, 2L, 10L, "", "1", "true", List.of(1L));
        assertThat(db.get("k", new BigDecimal("1.0"))).isNotNull();
        assertThat(db.getAllKeys("k", KeyRange.prefix("tr"), 9)).containsExactly("true");
    }

    @Test
    void indexes_followEveryChange() {
        users();
        db.put("users", json("{'id':'u1','email':'a','city':'X','age':3,'tags':['r','g','r']}"));
        db.put("users", json("{'id':'u2','email':'b','city':'X','age':1,'tags':[]}"));
        db.put("users", json("{'id':'u3','city':'Y','age':2,'tags':'g'}"));
        assertThat(ids(db.getByIndex("users", "by_email", "a"))).containsExactly("u1");
        assertThat(ids(db.getByIndex("users", "by_tag", "g"))).containsExactly("u1", "u3");
        assertThat(ids(db.getByIndex("users", "by_city_age", List.of("X")))).containsExactly("u2", "u1");
        assertThat(ids(db.getByIndex("users", "by_city_age", "X"))).containsExactly("u2", "u1");
        assertThat(ids(db.getByIndex("users", "by_city_age", List.of("X", 3)))).containsExactly("u1");
        assertThat(ids(db.rangeByIndex("users", "by_city_age", List.of("X", 2), List.of("Y", 2))))
                .containsExactly("u1");
        assertThat(ids(db.rangeByIndex("users", "by_city_age", List.of("X"), List.of("Y"))))
                .containsExactly("u2", "u1");
        assertThat(ids(db.getByIndex("users", "by_tag", KeyRange.all()))).containsExactly("u1", "u3");
        db.put("users", json("{'id':'u1','email':'c','city':'Z','age':3,'tags':['g']}"));
        assertThat(db.getByIndex("users", "by_email", "a")).isEmpty();
        assertThat(db.getByIndex("users", "by_tag", "r")).isEmpty();
        db.delete("users", "u3");
        assertThat(ids(db.getByIndex("users", "by_tag", "g"))).containsExactly("u1");
        assertThat(db.verifyIndexes("users").isClean()).isTrue();
        reopen();
        assertThat(ids(db.getByIndex("users", "by_tag", "g"))).containsExactly("u1");
        assertThat(db.verifyIndexes("users").isClean()).isTrue();
    }

    @Test
    void uniqueIndex_nullsAndAbsentFields_neverConflict() {
        users();
        db.put("users", json("{'id':1,'email':'a'}"));
        assertThatThrownBy(() -> db.put("users", json("{'id':2,'email':'a'}")))
                .isInstanceOfSatisfying(UniqueViolationException.class, e -> {
                    assertThat(e.otherKey()).isEqualTo(1L);
                    assertThat(e.index()).isEqualTo("by_email");
                });
        db.put("users", json("{'id':1,'email':'a','again':true}"));
        db.put("users", json("{'id':3,'email':null}"));
        db.put("users", json("{'id':4,'email':null}"));
        db.put("users", json("{'id':5}"));
        db.put("users", json("{'id':6}"));
        assertThat(ids(db.getByIndex("users", "by_email", null))).containsExactly("3", "4");
        assertThat(db.count("users")).isEqualTo(5);
        assertThat(db.verifyIndexes("users").isClean()).isTrue();
    }

    @Test
    void uniqueIndex_swapAndHandOverInOneTransaction_succeed() {
        users();
        db.put("users", json("{'id':1,'email':'a'}"));
        db.put("users", json("{'id':2,'email':'b'}"));
        db.putAll("users", List.of(json("{'id':1,'email':'b'}"), json("{'id':2,'email':'a'}")));
        assertThat(ids(db.getByIndex("users", "by_email", "a"))).containsExactly("2");
        db.inTransaction(TransactionMode.READ_WRITE, List.of("users"), t -> {
            t.delete("users", 1);
            t.put("users", json("{'id':3,'email':'b'}"));
            assertThat(ids(t.getByIndex("users", "by_email", "b"))).containsExactly("3");
            return null;
        });
        assertThat(ids(db.getByIndex("users", "by_email", "b"))).containsExactly("3");
        assertThatThrownBy(
                        () -> db.putAll("users", List.of(json("{'id':8,'email':'z'}"), json("{'id':9,'email':'z'}"))))
                .isInstanceOf(UniqueViolationException.class);
        assertThat(db.get("users", 8)).isNull();
        assertThat(db.verifyIndexes("users").isClean()).isTrue();
    }

    @Test
    void createUniqueIndex_overDuplicates_isRefusedListingValues() {
        db.createObjectStore("s", "id");
        for (int i = 0; i < 30; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i / 2 + "}"));
        }
        assertThatThrownBy(() -> db.createIndex("s", IndexSchema.unique("u", "v")))
                .isInstanceOfSatisfying(
                        UniqueViolationException.class,
                        e -> assertThat((List<?>) e.otherKey()).hasSize(10));
        assertThat(db.getStore("s").indexes()).isEmpty();
        db.put("s", json("{'id':99,'v':1}"));
        db.createIndex("s", IndexSchema.of("u", "v"));
        assertThat(ids(db.getByIndex("s", "u", 1))).containsExactly("2", "3", "99");
        db.deleteIndex("s", "u");
        assertThatThrownBy(() -> db.getByIndex("s", "u", 1)).isInstanceOf(IndexNotFoundException.class);
        db.delete("s", 2);
        db.createIndex("s", IndexSchema.of("u", "v"));
        assertThat(ids(db.getByIndex("s", "u", 1))).containsExactly("3", "99");
        assertThat(db.verifyIndexes("s").isClean()).isTrue();
    }

    @Test
    void deleteObjectStore_nameIsFreeAtOnce() {
        users();
        db.put("users", json("{'id':1,'email':'a'}"));
        db.deleteObjectStore("users");
        assertThatThrownBy(() -> db.get("users", 1)).isInstanceOf(StoreNotFoundException.class);
        users();
        assertThat(db.get("users", 1)).isNull();
        assertThat(db.count("users")).isZero();
        db.put("users", json("{'id':2,'email':'a'}"));
        reopen();
        assertThat(db.storeNames()).containsExactly("users");
        assertThat(db.count("users")).isEqualTo(1);
    }

    @Test
    void applySchemas_modes_createValidateAndDrop() {
        StoreSchema one = StoreSchema.of("s", "id").withIndex("a", "a");
        assertThat(db.planSchemas(List.of(one), SchemaMode.UPDATE)).hasSize(2);
        assertThatThrownBy(() -> db.applySchemas(List.of(one), SchemaMode.VALIDATE))
                .isInstanceOf(SchemaConflictException.class)
                .hasMessage("Schema conflict in store 's': 2 differences: create store s, create index s.a");
        assertThat(db.storeNames()).isEmpty();
        assertThat(db.applySchemas(List.of(one), SchemaMode.UPDATE)).hasSize(2);
        assertThat(db.applySchemas(List.of(one), SchemaMode.VALIDATE)).isEmpty();
        StoreSchema less = StoreSchema.of("s", "id");
        assertThat(db.applySchemas(List.of(less), SchemaMode.VALIDATE))
                .as("an index that is not wanted")
                .isEmpty();
        assertThat(db.applySchemas(List.of(), SchemaMode.VALIDATE))
                .as("a store that is not wanted")
                .isEmpty();
        StoreSchema two = StoreSchema.of("s", "id").withUniqueIndex("a", "a").withTtl(Duration.ofDays(1));
        assertThatThrownBy(() -> db.applySchemas(List.of(two), SchemaMode.UPDATE))
                .isInstanceOf(SchemaConflictException.class);
        assertThat(db.applySchemas(List.of(two), SchemaMode.SYNC))
                .extracting(SchemaChange::kind)
                .containsExactly(
                        SchemaChange.Kind.ALTER_STORE, SchemaChange.Kind.DELETE_INDEX, SchemaChange.Kind.CREATE_INDEX);
        reopen();
        assertThat(db.getStore("s")).isEqualTo(two);
    }

    @Test
    void autoIncrement_countsFromOneAndNeverReuses() throws Exception {
        db.createObjectStore(StoreSchema.of("n", "meta.id").withAutoIncrement());
        ObjectNode first = json("{}");
        assertThat(db.putAuto("n", first)).isEqualTo(1L);
        assertThat(first).isEqualTo(json("{'meta':{'id':1}}"));
        assertThat(db.put("n", json("{'meta':{'x':1}}"))).isEqualTo(2L);
        assertThat(db.putAuto("n", json("{}"))).isEqualTo(3L);
        reopen();
        assertThat(db.putAuto("n", json("{}"))).isEqualTo(4L);
        db.put("n", json("{'meta':{'id':100}}"));
        assertThat(db.putAuto("n", json("{}"))).isEqualTo(101L);
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "n")) {
            assertThat(t.putAuto("n", json("{}"))).isEqualTo(102L);
            assertThat(t.putAuto("n", json("{}"))).isEqualTo(103L);
        }
        assertThat((Long) db.putAuto("n", json("{}"))).isGreaterThan(101L);
        Set<Object> keys = ConcurrentHashMap.newKeySet();
        List<Callable<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(() -> {
                for (int j = 0; j < 50; j++) {
                    assertThat(keys.add(db.putAuto("n", json("{}")))).isTrue();
                }
                return null;
            });
        }
        inParallel(threads);
        assertThat(keys).hasSize(400);
        db.put("n", json("{'meta':{'id':9007199254740992}}"));
        assertThatThrownBy(() -> db.putAuto("n", json("{}"))).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void ttl_expiredDocument_isAbsentEverywhereAndFreesItsUniqueValue() {
        db.createObjectStore(StoreSchema.of("t", "id")
                .withUniqueIndex("u", "u")
                .withIndex("v", "v")
                .withTtl(Duration.ofSeconds(10)));
        db.put("t", json("{'id':1,'u':'a','v':1}"));
        db.put("t", json("{'id':2,'u':'b','v':1}"), PutOptions.withoutExpiry());
        db.put("t", json("{'id':3,'u':'c','v':1}"), PutOptions.ttl(Duration.ofSeconds(60)));
        assertThat(db.count("t")).isEqualTo(3);
        assertThat(db.getWithMeta("t", 1)).map(DocumentMeta::expireAtMicros).contains(clock.get() + 10_000_000);
        clock.addAndGet(10_000_000);
        assertThat(db.get("t", 1)).isNull();
        assertThat(db.count("t")).isEqualTo(2);
        assertThat(ids(db.getByIndex("t", "v", 1))).containsExactly("2", "3");
        assertThat(db.query("t").whereEq("v", 1).count()).isEqualTo(2);
        db.put("t", json("{'id':4,'u':'a'}"));
        db.put("t", json("{'id':3,'u':'c','v':1}"));
        clock.addAndGet(10_000_000);
        assertThat(ids(db.getAll("t", KeyRange.all(), 9))).containsExactly("2");
        assertThat(db.verifyIndexes("t").problems()).isEmpty();
    }

    @Test
    void patch_mergesAndUpdateKeepsOthers() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'a':{'b':1,'c':2},'d':3}"));
        assertThat(db.patch("s", 1, json("{'a':{'b':null,'e':5},'d':[1]}")))
                .isEqualTo(json("{'id':1,'a':{'c':2,'e':5},'d':[1]}"));
        assertThat(db.get("s", 1)).isEqualTo(json("{'id':1,'a':{'c':2,'e':5},'d':[1]}"));
        assertThat(db.patch("s", 2, json("{}"))).isNull();
    }

    @Test
    void count_underConcurrentWrites_isExactAfterwards() throws Exception {
        db.createObjectStore("s", "id");
        List<Callable<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int thread = i;
            threads.add(() -> {
                for (int j = 0; j < 300; j++) {
                    db.put("s", json("{'id':" + (j * (thread + 1)) % 200 + "}"));
                    db.delete("s", (j * 7 + thread) % 200);
                    if (j % 50 == thread) {
                        db.count("s");
                    }
                    if (j == 150 && thread == 2) {
                        db.clear("s");
                    }
                }
                return null;
            });
        }
        inParallel(threads);
        assertThat(db.count("s"))
                .isEqualTo(db.getAllKeys("s", KeyRange.all(), 10_000).size());
    }

    @Test
    void query_withLimitOverEqualIndexKeys_readsOnlyTheFirst() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        for (int i = 0; i < 500; i++) {
            db.put("s", json("{'id':" + i + ",'v':1}"));
        }
        Explain first = db.query("s").whereEq("v", 1).limit(3).explain();
        assertThat(first.index()).isEqualTo("v");
        assertThat(first.entriesRead()).isEqualTo(3);
        assertThat(first.documentsRead()).isEqualTo(3);
        assertThat(db.query("s").whereEq("v", 1).explain().rowsReturned()).isEqualTo(500);
    }

    record Address(String city) {}

    record Person(long id, String name, Address address, Instant born, double big, List<String> tags) {}

    @Test
    void typedDocuments_roundTrip() {
        db.createObjectStore(
                StoreSchema.of("p", "id").withIndex("by_city", "address.city").withIndex("by_big", "big"));
        Person person = new Person(7, "Ann", new Address("Oslo"), Instant.ofEpochSecond(1, 5), 0x1p62, List.of("x"));
        assertThat(db.putDoc("p", person)).isEqualTo(7L);
        assertThat(db.getDoc("p", 7, Person.class)).contains(person);
        assertThat(db.query("p").whereEq("address.city", "Oslo").collect(Person.class))
                .containsExactly(person);
        assertThat(db.getByIndex("p", "by_big", 0x1p62)).hasSize(1);
        assertThat(db.getDoc("p", 8, Person.class)).isEqualTo(Optional.empty());
    }

    @Test
    void text_withLoneSurrogatesAndControls_survives() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
        ObjectNode document = json("{'id':1}").put("v", "a\ud800\u0000\u0001z").put("w", "\ud83d\ude00");
        db.put("s", document);
        assertThat(db.get("s", 1)).isEqualTo(document);
        assertThat(db.getByIndex("s", "by_v", "a\ud800\u0000\u0001z")).containsExactly(document);
    }
}
