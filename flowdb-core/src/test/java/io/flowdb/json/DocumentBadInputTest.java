package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Arguments that are no values, or out of range, are refused by name at the call. A transaction without a mode could
 * write and checked nothing; a live query without a listener ended on its thread; an order without a direction was a
 * rising one; a filter that is none was an AssertionError.
 */
class DocumentBadInputTest {
    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);
    private final Map<String, Consumer<DocumentOperations>> onBoth = new LinkedHashMap<>();
    private final Map<String, Consumer<JsonDB>> onDatabase = new LinkedHashMap<>();

    @BeforeEach
    void create() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
        db.put("s", json("{'id':1,'v':2}"));

        onBoth.put("store", d -> d.get(null, 1));
        onBoth.put("store ", d -> d.query(null));
        onBoth.put("document", d -> d.put("s", null));
        onBoth.put("document ", d -> d.putAll("s", Arrays.asList((JsonNode) null)));
        onBoth.put("documents", d -> d.putAll("s", (Collection<JsonNode>) null));
        onBoth.put("options", d -> d.put("s", json("{'id':2}"), null));
        onBoth.put("options ", d -> d.add("s", json("{'id':2}"), null));
        onBoth.put("change", d -> d.update("s", 1, null));
        onBoth.put("mergePatch", d -> d.patch("s", 1, null));
        onBoth.put("range", d -> d.deleteRange("s", null));
        onBoth.put("range ", d -> d.count("s", null));
        onBoth.put("range  ", d -> d.scan("s", null, false));
        onBoth.put("range   ", d -> d.getAll("s", null, 1));
        onBoth.put("range    ", d -> d.getAllKeys("s", null, 1));
        onBoth.put("range     ", d -> d.openCursor("s", null, CursorDirection.NEXT));
        onBoth.put("range      ", d -> d.openCursor("s", "by_v", null, CursorDirection.NEXT));
        onBoth.put("direction", d -> d.openCursor("s", KeyRange.all(), null));
        onBoth.put("direction ", d -> d.openCursor("s", "by_v", KeyRange.all(), null));
        onBoth.put("direction  ", d -> d.query("s").orderBy("v", null));
        onBoth.put("keys", d -> d.getAll("s", null));
        onBoth.put("type", d -> d.getDoc("s", 1, null));
        onBoth.put("type ", d -> d.getDoc("s", 2, null));
        onBoth.put("type  ", d -> d.query("s").collect((Class<?>) null));
        onBoth.put("paths", d -> d.query("s").projection((String[]) null));
        onBoth.put("values", d -> d.query("s").whereIn("v", null));
        onBoth.put("filter", d -> d.query("s").where(null));
        onBoth.put("key path", d -> d.query("s").orderBy(null, Direction.ASC));
        onBoth.put("limit = -1 (allowed: 0 or more)", d -> d.getAll("s", KeyRange.all(), -1));
        onBoth.put("limit = -1 (allowed: 0 or more) ", d -> d.getAllKeys("s", KeyRange.all(), -1));
        onBoth.put("limit = -1 (allowed: 0 or more)  ", d -> d.query("s").limit(-1));
        onBoth.put("offset = -1 (allowed: 0 or more)", d -> d.query("s").offset(-1));

        onDatabase.put("mode", d -> d.transaction(null, "s").close());
        onDatabase.put("isolation", d -> d.transaction(TransactionMode.READ_WRITE, null, List.of("s")));
        onDatabase.put("query", d -> d.observe(null, rows -> {}));
        onDatabase.put("listener", d -> d.observe(d.query("s"), null));
        onDatabase.put("from", d -> d.importJson("s", null, ImportOptions.DEFAULT));
        onDatabase.put("options", d -> d.importJson("s", new ByteArrayInputStream(new byte[0]), null));
        onDatabase.put("progress", d -> ImportOptions.DEFAULT.withProgress(null));
    }

    /** The blanks at the end of the expected messages only tell the calls apart. */
    private <D> void assertRefused(Map<String, Consumer<D>> calls, D operations) {
        calls.forEach((message, call) -> assertThatThrownBy(() -> call.accept(operations))
                .as(message)
                .isInstanceOfAny(NullPointerException.class, IllegalArgumentException.class)
                .hasMessage(message.strip()));
    }

    private static Map.Entry<String, ThrowingCallable> of(String message, ThrowingCallable call) {
        return Map.entry(message, call);
    }

    /** Some failed later, or not at all, or with a NullPointerException that named nothing. */
    @Test
    void nullArguments_areRefusedByName() {
        StoreSchema schema = StoreSchema.of("t", "id");
        String[] noPaths = null;
        OutputStream out = new ByteArrayOutputStream();
        Config inMemory = Config.builder().inMemory(true).build();
        List<Map.Entry<String, ThrowingCallable>> calls = List.of(
                of("limits", () -> JsonDB.open(inMemory, null)),
                of("limits", () -> JsonDB.open(inMemory, null, 1, (t, from) -> {})),
                of("upgrade", () -> JsonDB.open(inMemory, 1, null)),
                of("store", () -> JsonDB.on(null)),
                of("store", () -> JsonDB.on(null, JsonLimits.DEFAULT)),
                of("store", () -> JsonDB.on(null, JsonLimits.DEFAULT, () -> 0)),
                of("limits", () -> JsonDB.on(new MemoryStore(), null)),
                of("clockMicros", () -> JsonDB.on(new MemoryStore(), JsonLimits.DEFAULT, null)),
                of("source", () -> JsonDB.following(null)),
                of("store", () -> db.createObjectStore(null)),
                of("index", () -> db.createIndex("s", null)),
                of("wanted", () -> db.applyStore(null)),
                of("wanted", () -> db.applySchemas(null, SchemaMode.UPDATE)),
                of("mode", () -> db.applySchemas(List.of(schema), null)),
                of("wanted", () -> db.planSchemas(null, SchemaMode.UPDATE)),
                of("mode", () -> db.planSchemas(List.of(schema), null)),
                of("type", () -> db.applySchema(null)),
                of("migrations", () -> db.migrate(null)),
                of("isolation", () -> db.transaction(TransactionMode.READ_ONLY, null, List.of("s"))),
                of("stores", () -> db.transaction(TransactionMode.READ_ONLY, noPaths)),
                of("stores", () -> db.inTransaction(TransactionMode.READ_ONLY, null, t -> t)),
                of("body", () -> db.inTransaction(TransactionMode.READ_ONLY, List.of("s"), null)),
                of("to", () -> db.exportJson("s", null, ExportFormat.NDJSON, n -> {})),
                of("format", () -> db.exportJson("s", out, null, n -> {})),
                of("progress", () -> db.exportJson("s", out, ExportFormat.NDJSON, null)),
                of("changeRetention", () -> JsonLimits.DEFAULT.withChangeRetention(null)),
                of("type", () -> StoreSchema.of(null)),
                of("index", () -> schema.withIndex((IndexSchema) null)),
                of("option", () -> schema.withIndex("i", (IndexOption) null, "a")),
                of("paths", () -> schema.withIndex("i", noPaths)),
                of("paths", () -> schema.withIndex("i", IndexOption.UNIQUE, noPaths)),
                of("indexes", () -> schema.withIndexes(null)),
                of("paths", () -> IndexSchema.unique("i", noPaths)),
                of("key path", () -> IndexSchema.of("i", "a", null)),
                of("path", () -> IndexSchema.multiEntry("i", null)),
                of("description", () -> Migration.of(1, null, t -> {})),
                of("steps", () -> Migration.of(1, "d", null)),
                of("values", () -> Filter.in("a", null)),
                of("filters", () -> Filter.and((Filter[]) null)),
                of("filters", () -> Filter.or((Filter[]) null)));
        for (Map.Entry<String, ThrowingCallable> call : calls) {
            assertThatThrownBy(call.getValue())
                    .as("call %d: %s", calls.indexOf(call), call.getKey())
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage(call.getKey());
        }
        assertThat(db.storeNames()).containsExactly("s");
        assertThat(store.openSnapshots).hasValue(0);
    }

    @Test
    void calls_withArgumentsThatAreNone_areRefusedByName() {
        assertRefused(onBoth, db);
        assertRefused(onDatabase, db);
        assertThat(store.openSnapshots).hasValue(0);
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            assertRefused(onBoth, t);
            assertThatThrownBy(() -> t.rollbackTo(null)).hasMessage("savepoint");
            assertThatThrownBy(() -> t.release(null)).hasMessage("savepoint");
            ObjectNode stored = (ObjectNode) t.get("s", 1);
            assertThat(stored).isEqualTo(json("{'id':1,'v':2}"));
            assertThat(t.count("s")).isEqualTo(1);
        }
        assertThat(store.openSnapshots).hasValue(0);
    }
}
