package io.flowdb.json;

import io.flowdb.Engine;
import io.flowdb.Preconditions;
import io.flowdb.SalvageReport;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.KeyLayout;
import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.KeyWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Brings documents into order whose records were salvaged: gives each store a definition, and each index the entries of
 * its documents. Threads: one.
 */
final class JsonSalvage {
    private static final String NAME_PREFIX = "recovered_";

    private final Engine engine;
    private final SalvageReport storage;
    private final List<String> problems;

    private JsonSalvage(Engine engine, SalvageReport storage) {
        this.engine = engine;
        this.storage = storage;
        this.problems = new ArrayList<>(storage.problems());
    }

    /** Brings into order what was salvaged; the engine stays open. */
    static JsonSalvageReport mend(Engine engine, SalvageReport storage) {
        return new JsonSalvage(engine, storage).run();
    }

    private JsonSalvageReport run() {
        Catalog catalog = defineStores();
        catalog.stores().forEach(this::removeUnreadable);
        Map<String, Long> documents = new TreeMap<>();
        try (JsonDB db = JsonDB.on(engine)) {
            for (String store : db.storeNames()) {
                mendIndexes(db, store);
                documents.put(store, db.count(store));
            }
        }
        engine.flush();
        return new JsonSalvageReport(storage, Collections.unmodifiableMap(documents), List.copyOf(problems));
    }

    /** Commits a catalog that names every store of which there are documents. */
    private Catalog defineStores() {
        try (StoreSnapshot snapshot = engine.snapshot()) {
            Catalog stored = storedCatalog(snapshot);
            Catalog complete = stored;
            WriteBatch batch = new WriteBatch();
            for (int id : ids(snapshot, KeyLayout::documents, batch)) {
                complete = complete.withNextId(id + 1);
                if (stored.find(id) == null) {
                    complete = complete.with(recovered(snapshot, id, complete), complete.nextId);
                }
            }
            for (int id : ids(snapshot, KeyLayout::counter, batch)) {
                complete = complete.withNextId(id + 1);
            }
            for (int id : ids(snapshot, KeyLayout::index, batch)) {
                complete = complete.withNextId(id + 1);
                if (stored.findIndex(id) == null) {
                    problems.add("entries of index number " + id + " were removed, its definition is gone");
                    byte[] prefix = KeyLayout.index(id);
                    batch.deleteRange(prefix, Objects.requireNonNull(Keys.prefixEnd(prefix)));
                }
            }
            if (!problems.isEmpty() && new ChangeRecords(engine).exist()) {
                problems.add("what was kept for change feeds was removed, as commits may be missing in it");
                complete = complete.withRecording(false);
                ChangeRecords.removeAll(batch);
            }
            if (complete != stored || !batch.isEmpty()) {
                commit(batch.put(Catalog.KEY, complete.toBytes()));
            }
            return complete;
        }
    }

    private Catalog storedCatalog(StoreSnapshot snapshot) {
        StoredValue stored = snapshot.get(Catalog.KEY);
        if (stored == null) {
            return Catalog.EMPTY;
        }
        try {
            return Catalog.fromBytes(stored.value());
        } catch (CorruptionException e) {
            problems.add(e.getMessage() + "; the definitions of all stores are gone");
            return Catalog.EMPTY;
        }
    }

    /** The numbers that occur in keys of a kind, ascending; deletes the records whose key has none. */
    private List<Integer> ids(StoreSnapshot snapshot, IntFunction<byte[]> kind, WriteBatch batch) {
        List<Integer> ids = new ArrayList<>();
        byte[] from = Arrays.copyOf(kind.apply(0), 1);
        byte[] end = KeyLayout.kindEnd(from);
        long strays = 0;
        while (Arrays.compareUnsigned(from, end) < 0) {
            try (StoreCursor cursor = snapshot.scan(from, end, false)) {
                if (!cursor.next()) {
                    break;
                }
                byte[] key = cursor.key();
                byte[] prefix = prefix(key, kind);
                if (prefix != null) {
                    ids.add(KeyLayout.id(key));
                    from = Objects.requireNonNull(Keys.prefixEnd(prefix));
                } else {
                    batch.delete(key);
                    strays++;
                    from = Keys.successor(key);
                }
            }
        }
        if (strays > 0) {
            problems.add(strays + " records were removed whose keys name no store or index");
        }
        return ids;
    }

    /** What the keys of the kind and the number in {@code key} begin with; null if it has none. */
    private static byte @Nullable [] prefix(byte[] key, IntFunction<byte[]> kind) {
        try {
            return kind.apply(KeyLayout.id(key));
        } catch (CorruptionException e) {
            return null;
        }
    }

    /** A definition for a store of which only documents are left: their key is where all of them have it. */
    private StoreDef recovered(StoreSnapshot snapshot, int id, Catalog others) {
        String name = NAME_PREFIX + id;
        while (others.find(name) != null) {
            name += "_";
        }
        byte[] prefix = KeyLayout.documents(id);
        long documents = 0;
        List<String> paths = null;
        try (StoreCursor cursor = snapshot.scan(prefix, Objects.requireNonNull(Keys.prefixEnd(prefix)), false)) {
            while (cursor.next()) {
                documents++;
                JsonNode document = read(cursor.value());
                if (document != null) {
                    paths = paths == null ? pathsTo(cursor.key(), prefix, document) : paths;
                    paths.removeIf(path ->
                            !leadsTo(cursor.key(), prefix, KeyPath.of(path).find(document)));
                }
            }
        }
        boolean numbered = snapshot.get(KeyLayout.counter(id)) != null;
        boolean known = paths != null && !paths.isEmpty();
        String path = known ? Objects.requireNonNull(paths).get(0) : "id";
        problems.add("the definition of store number " + id + " is gone; its " + documents + " documents are in store '"
                + name + "', without indexes, with the key path '" + path
                + (known ? "'" : "', though it does not lead to their keys"));
        return new StoreDef(id, new StoreSchema(name, path, numbered, null, List.of()), List.of());
    }

    private static @Nullable JsonNode read(byte[] stored) {
        try {
            return DocumentCodec.decode(stored);
        } catch (CorruptionException e) {
            return null;
        }
    }

    /** Where in a document its key stands, those nearest to the root first. */
    private static List<String> pathsTo(byte[] documentKey, byte[] prefix, JsonNode document) {
        List<String> found = new ArrayList<>();
        Deque<Map.Entry<String, JsonNode>> open = new ArrayDeque<>(List.of(Map.entry("", document)));
        while (!open.isEmpty()) {
            Map.Entry<String, JsonNode> place = open.remove();
            JsonNode node = place.getValue();
            if (!place.getKey().isEmpty() && leadsTo(documentKey, prefix, node)) {
                found.add(place.getKey());
            }
            if (node instanceof ArrayNode array) {
                for (int i = 0; i < array.size(); i++) {
                    open.add(Map.entry(place.getKey() + "." + i, array.get(i)));
                }
            }
            node.forEachEntry((step, child) -> {
                if (!step.isEmpty() && step.indexOf('.') < 0) {
                    open.add(Map.entry(place.getKey().isEmpty() ? step : place.getKey() + "." + step, child));
                }
            });
        }
        found.removeIf(path -> path.length() > KeyPath.MAX_LENGTH);
        return found;
    }

    private static boolean leadsTo(byte[] documentKey, byte[] prefix, @Nullable JsonNode value) {
        KeyWriter writer = new KeyWriter(prefix);
        return value != null && writer.addJson(value) && Arrays.equals(writer.toBytes(), documentKey);
    }

    private void removeUnreadable(StoreDef def) {
        long removed = 0;
        WriteBatch batch = new WriteBatch();
        try (StoreSnapshot snapshot = engine.snapshot();
                StoreCursor cursor = snapshot.scan(def.prefix, def.end, false)) {
            while (cursor.next()) {
                if (read(cursor.value()) == null) {
                    batch.delete(cursor.key());
                    removed++;
                }
            }
        }
        if (removed > 0) {
            problems.add(removed + " documents of store '" + def.name + "' could not be read and were removed");
            commit(batch);
        }
    }

    private void commit(WriteBatch batch) {
        engine.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
    }

    private void mendIndexes(JsonDB db, String store) {
        if (agree(db, store)) {
            return;
        }
        problems.add("indexes of store '" + store + "' did not agree with its documents and were built anew");
        for (IndexSchema index : db.getStore(store).indexes()) {
            db.deleteIndex(store, index.name());
            try {
                db.createIndex(store, index);
            } catch (UniqueViolationException e) {
                problems.add("unique index '" + index.name() + "' of store '" + store
                        + "' is left out: documents share the values " + e.otherKey());
            }
        }
    }

    private static boolean agree(JsonDB db, String store) {
        try {
            return db.verifyIndexes(store).isClean();
        } catch (CorruptionException e) {
            return false;
        }
    }
}
