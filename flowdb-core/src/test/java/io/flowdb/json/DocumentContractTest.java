package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.ids;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.flowdb.Config;
import io.flowdb.error.ChangeGapException;
import io.flowdb.error.ConflictException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.error.TransactionClosedException;
import io.flowdb.error.UniqueViolationException;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the document layer promises in single points, line by line, where no law or acceptance case covers it. */
class DocumentContractTest {
    private final AtomicLong clock = new AtomicLong(1_000_000_000_000_000L);
    private final MemoryStore store = new MemoryStore(clock::get);
    private JsonDB db = JsonDB.on(store, JsonLimits.DEFAULT, clock::get);

    @TempDir
    Path directory;

    private void reopen(JsonLimits limits) {
        db.close();
        db = JsonDB.on(store, limits, clock::get);
    }

    @Test
    void names_haveOneTo255CharactersOfSomeKinds() {
        for (String good : List.of("a", "A-b_c.9", "n".repeat(255))) {
            db.createObjectStore(StoreSchema.of(good, "id").withIndex(good, "v"));
            db.put(good, json("{'id':1,'v':2}"));
            assertThat(db.getByIndex(good, good, 2)).hasSize(1);
        }
        for (String bad : List.of("", "n".repeat(256), "a b", "a/b", "a\u0000", "..\\x")) {
            assertThatThrownBy(() -> db.createObjectStore(bad, "id")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> IndexSchema.of(bad, "v")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(db.storeNames()).hasSize(3).isSorted();
    }

    @Test
    void createObjectStore_equalDefinition_isIdempotent() {
        StoreSchema schema = StoreSchema.of("s", "id").withIndex("v", "v").withTtl(Duration.ofDays(1));
        db.createObjectStore(schema);
        db.put("s", json("{'id':1,'v':2}"));
        assertThat(db.createObjectStore(schema)).isEqualTo(schema);
        assertThat(db.count("s")).isEqualTo(1);
        for (StoreSchema other :
                List.of(StoreSchema.of("s", "key"), schema.withAutoIncrement(), schema.withTtl(Duration.ofDays(2)))) {
            assertThatThrownBy(() -> db.createObjectStore(other)).isInstanceOf(SchemaConflictException.class);
        }
    }

    /** Indexes stand in the order in which they were made: the same definition was a conflict after a sync. */
    @Test
    void createObjectStore_indexesInAnotherOrder_isIdempotent() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("a", "a").withIndex("b", "b"));
        StoreSchema wanted = StoreSchema.of("s", "id")
                .withUniqueIndex("a", "a")
                .withIndex("c", "c")
                .withIndex("b", "b");
        assertThat(db.applySchemas(List.of(wanted), SchemaMode.SYNC)).hasSize(3);
        assertThat(db.createObjectStore(wanted).indexes()).containsExactlyInAnyOrderElementsOf(wanted.indexes());
        assertThat(db.applySchemas(List.of(wanted, wanted), SchemaMode.VALIDATE))
                .isEmpty();
    }

    /** Of two definitions of one store the second was lost, though it was among the changes. */
    @Test
    void applySchemas_twoDefinitionsOfOneStore_areRefused() {
        StoreSchema schema = StoreSchema.of("s", "id");
        List<StoreSchema> both = List.of(schema.withIndex("a", "a"), schema.withIndex("b", "b"));
        assertThatThrownBy(() -> db.applySchemas(both, SchemaMode.UPDATE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("store = s");
        assertThat(db.storeNames()).isEmpty();
        assertThat(db.applySchemas(List.of(schema, schema), SchemaMode.UPDATE)).hasSize(1);
    }

    /** Numbers that are neither a long nor a double are ordered exactly. */
    @Test
    void numberKeys_ofAnySize_areOrderedExactly() {
        db.createObjectStore("s", "id");
        List<String> ascending = List.of(
                "-1e400",
                "-9223372036854775809",
                "-9223372036854775808",
                "-1.5",
                "0",
                "1e-400",
                "0.1",
                "0.10000000000000000001",
                "1",
                "9007199254740992",
                "9007199254740993",
                "9223372036854775807",
                "9223372036854775808",
                "18446744073709551616.5",
                "1e400");
        List<String> shuffled = new ArrayList<>(ascending);
        Collections.shuffle(shuffled, new Random(7));
        shuffled.forEach(id -> db.put("s", json("{'id':" + id + "}")));
        List<BigDecimal> found = new ArrayList<>();
        try (DocumentScan scan = db.scan("s")) {
            scan.forEachRemaining(
                    document -> found.add(document.json().get("id").decimalValue()));
        }
        assertThat(found)
                .usingElementComparator(BigDecimal::compareTo)
                .containsExactlyElementsOf(
                        ascending.stream().map(BigDecimal::new).toList());
        db.put("s", json("{'id':-0.0,'again':true}"));
        assertThat(db.count("s")).isEqualTo(ascending.size());
        assertThat(db.get("s", new BigInteger("9223372036854775808"))).isNotNull();
        for (Object bad : List.of(Double.NaN, Double.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)) {
            assertThatThrownBy(() -> db.get("s", bad)).isInstanceOf(InvalidKeyException.class);
        }
    }

    /** Dates and bytes are keys of the Java interface; they sort between numbers and text, and behind text. */
    @Test
    void datesAndBytes_inRanges_areOrdered() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1}"));
        db.put("s", json("{'id':'a'}"));
        assertThat(db.getAllKeys("s", KeyRange.bound(Instant.EPOCH, new byte[] {1}, false, false), 9))
                .containsExactly("a");
        assertThat(db.get("s", Instant.EPOCH)).isNull();
        assertThat(db.get("s", new byte[] {1})).isNull();
    }

    @Test
    void getWithMeta_tellsNumberTimesAndExpiry() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'v':1}"), PutOptions.ttl(Duration.ofSeconds(5)));
        DocumentMeta first = db.getWithMeta("s", 1).orElseThrow();
        assertThat(first.document()).isEqualTo(json("{'id':1,'v':1}"));
        assertThat(first.writtenAtMicros()).isEqualTo(clock.get());
        assertThat(first.expireAtMicros()).isEqualTo(clock.get() + 5_000_000);
        clock.addAndGet(1_000_000);
        db.put("s", json("{'id':1,'v':2}"));
        DocumentMeta second = db.getWithMeta("s", 1).orElseThrow();
        assertThat(second.seqno()).isGreaterThan(first.seqno());
        assertThat(second.writtenAtMicros()).isEqualTo(clock.get());
        assertThat(db.getWithMeta("s", 2)).isEmpty();
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Circle.class, name = "circle"),
        @JsonSubTypes.Type(value = Square.class, name = "square")
    })
    sealed interface Shape permits Circle, Square {}

    record Circle(int id, double radius, LocalDate drawn) implements Shape {}

    record Square(int id, BigDecimal side, Duration took) implements Shape {}

    @Test
    void typedDocuments_sealedTypesAndTimes_roundTrip() {
        db.createObjectStore(
                StoreSchema.of("shapes", "id").withIndex("kind", "kind").withIndex("drawn", "drawn"));
        Shape circle = new Circle(1, 2.5, LocalDate.of(2026, 11, 25));
        Shape square = new Square(2, new BigDecimal("1.50"), Duration.ofMillis(1500));
        db.putDoc("shapes", circle);
        db.putDoc("shapes", square);
        assertThat(db.getDoc("shapes", 1, Shape.class)).contains(circle);
        assertThat(db.query("shapes").orderBy("id", Direction.ASC).collect(Shape.class))
                .containsExactly(circle, square);
        assertThat(db.getByIndex("shapes", "kind", "square")).hasSize(1);
        assertThat(db.getByIndex("shapes", "drawn", "2026-11-25")).hasSize(1);
        assertThat(db.deleteDoc("shapes", 1)).isTrue();
        assertThat(db.getDoc("shapes", 1, Shape.class)).isEmpty();
    }

    @Test
    void import_ofDuplicateNamesAndBadLines_isReportedOrFatal() {
        db.createObjectStore("s", "id");
        String lines = "{\"id\":1}\n{\"id\":2,\"id\":3}\n{\"id\":\n{\"v\":1}\n{\"id\":5}\n";
        ImportResult result = db.importJson("s", stream(lines), ImportOptions.DEFAULT.skippingBad());
        assertThat(result.imported()).isEqualTo(2);
        assertThat(result.problems()).extracting(ImportResult.Problem::line).containsExactly(2L, 3L, 4L);
        assertThat(db.getAllKeys("s", KeyRange.all(), 9)).containsExactly(1L, 5L);
        assertThatThrownBy(() -> db.importJson("s", stream("{\"id\":9}\n{\"id\"\n"), ImportOptions.DEFAULT))
                .hasMessageContaining("2");
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void limits_ofTransactionsAndMigrations_areTyped() {
        reopen(JsonLimits.DEFAULT.withMaxTransactionBytes(64 << 10));
        db.createObjectStore("s", "id");
        for (int i = 0; i < 60; i++) {
            db.put("s", json("{'id':" + i + "}").put("t", "x".repeat(2000)));
        }
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 60; i++) {
                            t.put("s", json("{'id':" + (100 + i) + "}").put("t", "x".repeat(2000)));
                        }
                    })
                    .isInstanceOfSatisfying(LimitExceededException.class, e -> {
                        assertThat(e.limitName()).isEqualTo("transaction bytes");
                        assertThat(e.limit()).isEqualTo(64 << 10);
                        assertThat(e.actual()).isGreaterThan(64 << 10);
                    });
            assertThat(t.count("s")).as("what fitted is still there").isBetween(61L, 119L);
        }
        Migration rewrite = Migration.of(1, "rewrite", m -> {
            m.createIndex("s", IndexSchema.of("t", "t"));
            for (int i = 0; i < 60; i++) {
                m.documents().update("s", i, document -> ((ObjectNode) document).put("again", true));
            }
        });
        assertThatThrownBy(() -> db.migrate(List.of(rewrite)))
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> assertThat(e.limitName()).isEqualTo("transaction bytes"));
        assertThat(db.schemaVersion()).isZero();
        assertThat(db.getStore("s").indexes()).isEmpty();
        assertThat(db.count("s")).isEqualTo(60);
        db.migrate(List.of(Migration.of(1, "index", m -> m.createIndex("s", IndexSchema.of("t", "t")))));
        assertThat(db.getByIndex("s", "t", "x".repeat(2000))).hasSize(60);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    @Test
    void limits_ofQueriesAndDocuments_areTyped() {
        db.createObjectStore("s", "id");
        assertThatThrownBy(() -> db.query("s").where(Filter.regex("v", "x".repeat(1001))))
                .isInstanceOf(InvalidQueryException.class);
        db.put("s", json("{'id':1}").put("v", "a".repeat(400)));
        long start = System.nanoTime();
        assertThatThrownBy(() -> db.query("s")
                        .where(Filter.regex("v", "(.*)(.*)(.*)(.*)(.*)(.*)x"))
                        .collect())
                .isInstanceOf(InvalidQueryException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        db.put("s", json("{'id':1}").put("v", "ab".repeat(100_000)));
        assertThatThrownBy(
                        () -> db.query("s").where(Filter.regex("v", "^(a|b)*c")).count())
                .as("a repeated group takes more stack than there is")
                .isInstanceOf(InvalidQueryException.class);
        ObjectNode deep = JsonNodeFactory.instance.objectNode().put("id", 2);
        ObjectNode at = deep;
        for (int i = 0; i < 99; i++) {
            at = at.putObject("o");
        }
        db.put("s", deep);
        at.putObject("one more");
        assertThatThrownBy(() -> db.put("s", deep))
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> assertThat(e.limitName()).isEqualTo("document depth"));
        assertThatThrownBy(() -> db.put("s", json("{}").put("id", "k".repeat(40_000))))
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> assertThat(e.limitName()).isEqualTo("key bytes"));
        assertThat(db.count("s")).isEqualTo(2);
    }

    @Test
    void savepoints_takeBackWritesOfAllKinds() {
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u").withIndex("v", "v"));
        db.put("s", json("{'id':1,'u':1,'v':1}"));
        db.put("s", json("{'id':2,'u':2,'v':1}"));
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
            t.put("s", json("{'id':3,'u':3,'v':1}"));
            Savepoint outer = t.savepoint();
            t.delete("s", 1);
            t.put("s", json("{'id':2,'u':1,'v':2}"));
            Savepoint inner = t.savepoint();
            t.clear("s");
            t.rollbackTo(inner);
            assertThat(ids(t.getByIndex("s", "u", 1))).containsExactly("2");
            t.rollbackTo(outer);
            assertThatThrownBy(() -> t.rollbackTo(inner)).isInstanceOf(IllegalArgumentException.class);
            assertThat(ids(t.getByIndex("s", "u", 1))).containsExactly("1");
            assertThat(ids(t.getByIndex("s", "v", 1))).containsExactly("1", "2", "3");
            return null;
        });
        assertThat(db.count("s")).isEqualTo(3);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    /** Scans and streams said that a snapshot was closed, and where the store below lives on, they read on. */
    @Test
    void scansAndStreams_afterTheEndOfWhatTheyRead_sayWhatEnded() {
        db.createObjectStore("s", "id");
        db.putAll("s", List.of(json("{'id':1}"), json("{'id':2}")));
        JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s");
        DocumentScan scan = t.scan("s");
        Iterator<JsonNode> sorted =
                t.query("s").orderBy("v", Direction.ASC).stream().iterator();
        scan.next();
        t.abort();
        assertThatThrownBy(scan::next).isInstanceOf(TransactionClosedException.class);
        assertThatThrownBy(sorted::next).isInstanceOf(TransactionClosedException.class);
        DocumentScan outside = db.scan("s");
        Iterator<JsonNode> rows = db.query("s").stream().iterator();
        rows.next();
        outside.next();
        db.close();
        assertThatThrownBy(outside::next).isInstanceOf(EngineClosedException.class);
        assertThatThrownBy(rows::next).isInstanceOf(EngineClosedException.class);
        outside.close();
    }

    @Test
    void transaction_afterItsEnd_saysHowItEnded() {
        db.createObjectStore("s", "id");
        JsonTransaction committed = db.transaction(TransactionMode.READ_WRITE, "s");
        committed.put("s", json("{'id':1}"));
        committed.commit();
        assertThatThrownBy(() -> committed.get("s", 1))
                .isInstanceOf(TransactionClosedException.class)
                .hasMessageContaining("committed");
        JsonTransaction aborted = db.transaction(TransactionMode.READ_WRITE, "s");
        aborted.put("s", json("{'id':2}"));
        aborted.abort();
        assertThatThrownBy(aborted::commit)
                .isInstanceOf(TransactionClosedException.class)
                .hasMessageContaining("aborted");
        assertThat(db.count("s")).isEqualTo(1);
        try (JsonTransaction loser = db.transaction(TransactionMode.READ_WRITE, "s")) {
            loser.count("s", KeyRange.lowerBound(5));
            loser.put("s", json("{'id':3}"));
            db.put("s", json("{'id':7}"));
            assertThatThrownBy(loser::commit).isInstanceOfSatisfying(ConflictException.class, e -> {
                assertThat(e.store()).isEqualTo("s");
                assertThat(e.subject()).isEqualTo("the range of keys [5 .. )");
            });
        }
    }

    @Test
    void open_withAVersion_upgradesOnce() {
        Config config = Config.of(directory.resolve("db"));
        List<Integer> from = new ArrayList<>();
        Upgrade toOne = (transaction, version) -> {
            from.add(version);
            transaction.createObjectStore(StoreSchema.of("s", "id"));
            transaction.documents().put("s", json("{'id':1,'v':'x'}"));
        };
        JsonDB.open(config, 1, toOne).close();
        JsonDB.open(config, 1, toOne).close();
        assertThatThrownBy(() -> JsonDB.open(config, 2, (transaction, version) -> {
                    transaction.createIndex("s", IndexSchema.of("v", "v"));
                    throw new IllegalStateException("on purpose");
                }))
                .hasMessage("on purpose");
        try (JsonDB second = JsonDB.open(config, 2, (transaction, version) -> {
            from.add(version);
            transaction.createIndex("s", IndexSchema.of("v", "v"));
        })) {
            assertThat(second.schemaVersion()).isEqualTo(2);
            assertThat(second.getByIndex("s", "v", "x")).hasSize(1);
        }
        assertThat(from).containsExactly(0, 1);
        assertThatThrownBy(() -> JsonDB.open(config, 1, toOne)).isInstanceOf(SchemaConflictException.class);
        JsonDB.open(config, 2, toOne).close();
    }

    /** A directory that is opened read-only can be read in every way, also its recorded changes, and not be written. */
    @Test
    void readOnlyDatabase_reads_andRefusesWrites() throws Exception {
        Path data = directory.resolve("db");
        long position;
        try (JsonDB writer = JsonDB.open(Config.of(data))) {
            writer.createObjectStore(
                    StoreSchema.of("s", "id").withIndex("v", "v").withAutoIncrement());
            position = writer.changes().position();
            writer.put("s", json("{'v':1}"));
        }
        Config readOnly = Config.builder().dataDir(data).readOnly(true).build();
        try (JsonDB reader = JsonDB.open(readOnly)) {
            assertThat(reader.count("s")).isEqualTo(1);
            assertThat(reader.getByIndex("s", "v", 1)).hasSize(1);
            assertThat(reader.changes(position).take().changes()).hasSize(1);
            assertThatThrownBy(() -> reader.put("s", json("{'id':5}"))).isInstanceOf(FlowDbException.class);
            assertThatThrownBy(() -> reader.createIndex("s", IndexSchema.of("w", "w")))
                    .isInstanceOf(FlowDbException.class);
            assertThat(reader.count("s")).isEqualTo(1);
        }
        try (JsonDB reader =
                JsonDB.open(readOnly, JsonLimits.DEFAULT.withChangeRetention(ChangeRetention.DEFAULT.inMemory()))) {
            assertThat(reader.count("s")).isEqualTo(1);
            assertThatThrownBy(() -> reader.changes(position)).isInstanceOf(ChangeGapException.class);
        }
        try (JsonDB writer = JsonDB.open(Config.of(data))) {
            assertThat(writer.changes(position).take().changes()).hasSize(1);
            assertThat(writer.putAuto("s", json("{}"))).isEqualTo(2L);
        }
    }

    @Test
    void migration_withAUniqueIndexOverDuplicates_leavesNothing() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'v':1}"));
        db.put("s", json("{'id':2,'v':1}"));
        assertThatThrownBy(() -> db.migrate(List.of(
                        Migration.of(1, "unique", m -> m.createIndex("s", IndexSchema.unique("v", "v"))))))
                .isInstanceOf(UniqueViolationException.class);
        assertThat(db.schemaVersion()).isZero();
        assertThat(db.getStore("s").indexes()).isEmpty();
        db.put("s", json("{'id':3,'v':1}"));
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    @Test
    void cursor_onAnIndex_updatesAndDeletesInATransaction() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        for (int i = 0; i < 6; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i % 3 + "}"));
        }
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
            try (JsonCursor cursor = t.openCursor("s", "v", KeyRange.only(1), CursorDirection.NEXT)) {
                assertThat(cursor.next()).isTrue();
                cursor.update(json("{'id':1,'v':9}"));
                assertThatThrownBy(() -> cursor.update(json("{'id':77,'v':9}")))
                        .isInstanceOf(InvalidKeyException.class);
                assertThat(cursor.next()).isTrue();
                assertThat(cursor.primaryKey()).isEqualTo(4L);
                cursor.delete();
                assertThat(cursor.next()).isFalse();
            }
            return null;
        });
        assertThat(ids(db.getByIndex("s", "v", KeyRange.all()))).containsExactly("0", "3", "2", "5", "1");
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    /** A value of a unique index that an expired document held is free, also when documents change places. */
    @Test
    void ttl_uniqueValueOfAnExpiredDocument_isFreeInTransactions() {
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u").withTtl(Duration.ofSeconds(1)));
        db.put("s", json("{'id':1,'u':'a'}"));
        clock.addAndGet(2_000_000);
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
            assertThat(t.getByIndex("s", "u", "a")).isEmpty();
            t.add("s", json("{'id':2,'u':'a'}"));
            t.add("s", json("{'id':1,'u':'b'}"));
            return null;
        });
        assertThat(ids(db.getByIndex("s", "u", "a"))).containsExactly("2");
        db.put("s", json("{'id':1,'u':'c'}"));
        assertThat(db.getByIndex("s", "u", "b")).isEmpty();
        clock.addAndGet(2_000_000);
        assertThat(db.count("s")).isZero();
        assertThat(db.query("s").whereEq("u", "a").exists()).isFalse();
    }

    /**
     * A transaction that had begun before a document expired, and deleted it or took its unique value away, deleted the
     * index entry of the document that had got the value since.
     */
    @Test
    void ttl_valueTakenAfterExpiry_staysWithItsNewDocument() {
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u"));
        List<Consumer<JsonTransaction>> releases =
                List.of(t -> t.delete("s", 1), t -> t.put("s", json("{'id':1,'u':'b'}")), t -> t.clear("s"));
        for (Consumer<JsonTransaction> release : releases) {
            db.put("s", json("{'id':1,'u':'a'}"), PutOptions.ttl(Duration.ofSeconds(10)));
            try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, Isolation.SNAPSHOT, List.of("s"))) {
                release.accept(t);
                clock.addAndGet(10_000_000);
                db.put("s", json("{'id':2,'u':'a'}"));
                assertThatThrownBy(t::commit).isInstanceOf(ConflictException.class);
            }
            assertThat(ids(db.getByIndex("s", "u", "a"))).containsExactly("2");
            assertThatThrownBy(() -> db.add("s", json("{'id':3,'u':'a'}")))
                    .isInstanceOf(UniqueViolationException.class);
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
            db.clear("s");
        }
    }

    /** What a transaction reads is as of its begin, also what has expired since. */
    @Test
    void ttl_passingDuringATransaction_changesNothingItReads() {
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u"));
        db.put("s", json("{'id':1,'u':1}"), PutOptions.ttl(Duration.ofSeconds(1)));
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s");
                JsonCursor cursor = db.openCursor("s", "u", KeyRange.all(), CursorDirection.PREVUNIQUE)) {
            t.put("s", json("{'id':2,'u':2}"), PutOptions.ttl(Duration.ofSeconds(1)));
            clock.addAndGet(2_000_000);
            assertThat(db.count("s")).isZero();
            assertThat(t.count("s")).isEqualTo(2);
            assertThat(ids(t.query("s").whereRange("u", 0, 9).collect())).containsExactly("1", "2");
            assertThat(t.exists("s", 1)).isTrue();
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.value()).isEqualTo(json("{'id':1,'u':1}"));
            t.commit();
        }
        assertThat(db.count("s")).isZero();
        assertThat(db.getByIndex("s", "u", KeyRange.all())).isEmpty();
    }

    /** Index entries of a write that an update's function had made itself stayed visible to the transaction. */
    @Test
    void update_whoseFunctionWritesTheDocument_leavesTheIndexesRight() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        db.put("s", json("{'id':1,'v':1}"));
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
            assertThat(t.getByIndex("s", "v", 1)).hasSize(1);
            t.update("s", 1, document -> {
                t.put("s", json("{'id':1,'v':2}"));
                return json("{'id':1,'v':3}");
            });
            assertThat(t.getByIndex("s", "v", 1)).isEmpty();
            assertThat(t.getByIndex("s", "v", 2)).isEmpty();
            assertThat(t.getByIndex("s", "v", 3)).hasSize(1);
            return null;
        });
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    /** A patch of many levels ended in a StackOverflowError. */
    @Test
    void mergePatch_nestedTooDeep_isRefusedTyped() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1}"));
        JsonNode objects = json("{}");
        JsonNode arrays = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < 100_000; i++) {
            objects = JsonNodeFactory.instance.objectNode().set("o", objects);
            arrays = JsonNodeFactory.instance.arrayNode().add(arrays);
        }
        for (JsonNode deep : List.of(objects, arrays)) {
            assertThatThrownBy(() -> db.patch("s", 1, json("{}").set("deep", deep)))
                    .isInstanceOfSatisfying(
                            LimitExceededException.class,
                            e -> assertThat(e.limitName()).isEqualTo("patch depth"));
            assertThatThrownBy(() -> db.put("s", json("{'id':1}").set("deep", deep)))
                    .isInstanceOfSatisfying(
                            LimitExceededException.class,
                            e -> assertThat(e.limitName()).isEqualTo("document depth"));
        }
        assertThat(db.get("s", 1)).isEqualTo(json("{'id':1}"));
    }

    @Test
    void mergePatch_ofRfc7396_givesItsExamples() {
        db.createObjectStore("s", "id");
        String[][] cases = {
            {"{'a':'b'}", "{'a':'c'}", "{'a':'c'}"},
            {"{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}"},
            {"{'a':'b'}", "{'a':null}", "{}"},
            {"{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}"},
            {"{'a':['b']}", "{'a':'c'}", "{'a':'c'}"},
            {"{'a':'c'}", "{'a':['b']}", "{'a':['b']}"},
            {"{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}"},
            {"{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}"},
            {"{'e':null}", "{'a':1}", "{'e':null,'a':1}"},
            {"{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}"}
        };
        for (String[] example : cases) {
            db.put("s", json(example[0]).put("id", 1));
            db.patch("s", 1, json(example[1]));
            ObjectNode result = (ObjectNode) db.get("s", 1);
            result.remove("id");
            assertThat(result).as(example[0] + " + " + example[1]).isEqualTo(json(example[2]));
        }
    }
}
