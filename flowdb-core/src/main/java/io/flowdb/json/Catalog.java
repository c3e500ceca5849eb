package io.flowdb.json;

import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.KeyLayout;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * All stores and indexes of a database with their numbers. Immutable; a change makes a new catalog. Stored as JSON
 * under one key, so that any change of the schema is atomic. Source: docs/format/document-keys.md, formats 1 to 3.
 */
final class Catalog {
    static final byte[] KEY = KeyLayout.catalog();
    private static final String NAME = "document catalog";
    static final Catalog EMPTY = new Catalog(new TreeMap<>(), 1, List.of(), false);
    /** The format that is written unless changes are recorded or an index has stale entries. */
    private static final int FORMAT = 1;
    /** As format 1, and every commit has to record what it changed. */
    private static final int FORMAT_RECORDING = 2;
    /** As format 1 or 2, and readers of an index have to skip its stale entries. */
    private static final int FORMAT_STALE = 3;

    private final TreeMap<String, StoreDef> stores;
    /** The next number for a store or an index; numbers are never used again. */
    final int nextId;
    /** Migrations that were carried out, oldest first. */
    final List<AppliedMigration> migrations;
    /** Whether every commit records what it changed, for change feeds. */
    final boolean recording;

    /**
     * A migration that was carried out.
     *
     * @param version of the schema after it
     * @param description what it did
     * @param checksum of its definition
     */
    record AppliedMigration(int version, String description, String checksum) {}

    private Catalog(
            TreeMap<String, StoreDef> stores, int nextId, List<AppliedMigration> migrations, boolean recording) {
        this.stores = stores;
        this.nextId = nextId;
        this.migrations = migrations;
        this.recording = recording;
    }

    /** The store of this name. */
    StoreDef store(String name) {
        StoreDef def = stores.get(Objects.requireNonNull(name, "store"));
        if (def == null) {
            throw new StoreNotFoundException(name, "existing: " + stores.keySet());
        }
        return def;
    }

    @Nullable
    StoreDef find(String name) {
        return stores.get(name);
    }

    /** The store with this number, or null. */
    @Nullable
    StoreDef find(int id) {
        for (StoreDef def : stores.values()) {
            if (def.id == id) {
                return def;
            }
        }
        return null;
    }

    /** The index with this number, or null. */
    @Nullable
    IndexDef findIndex(int id) {
        for (StoreDef def : stores.values()) {
            for (IndexDef index : def.indexes) {
                if (index.id == id) {
                    return index;
                }
            }
        }
        return null;
    }

    List<String> names() {
        return List.copyOf(stores.keySet());
    }

    Iterable<StoreDef> stores() {
        return stores.values();
    }

    Catalog with(StoreDef def, int nextId) {
        TreeMap<String, StoreDef> more = new TreeMap<>(stores);
        more.put(def.name, def);
        return new Catalog(more, nextId, migrations, recording);
    }

    /** The same catalog and one more store, which has not been there before. */
    Catalog withNew(StoreSchema store) {
        List<IndexDef> indexes = new ArrayList<>();
        for (IndexSchema index : store.indexes()) {
            indexes.add(new IndexDef(nextId + 1 + indexes.size(), store.name(), nextId, index, false));
        }
        return with(new StoreDef(nextId, store, indexes), nextId + 1 + indexes.size());
    }

    /** The same catalog that gives out no number below {@code nextId} any more. */
    Catalog withNextId(int nextId) {
        return nextId <= this.nextId ? this : new Catalog(stores, nextId, migrations, recording);
    }

    Catalog without(String name) {
        TreeMap<String, StoreDef> fewer = new TreeMap<>(stores);
        fewer.remove(name);
        return new Catalog(fewer, nextId, migrations, recording);
    }

    Catalog with(AppliedMigration migration) {
        List<AppliedMigration> more = new ArrayList<>(migrations);
        more.add(migration);
        return new Catalog(stores, nextId, List.copyOf(more), recording);
    }

    Catalog withRecording(boolean on) {
        return new Catalog(stores, nextId, migrations, on);
    }

    int version() {
        return migrations.isEmpty() ? 0 : migrations.get(migrations.size() - 1).version();
    }

    /** What a key of the store below is about, for messages. */
    String describe(byte[] key) {
        if (Arrays.equals(key, KEY)) {
            return "the schema";
        }
        for (StoreDef def : stores.values()) {
            if (Keys.startsWith(key, def.prefix)) {
                return "key " + KeyText.of(key, def.prefix);
            }
            for (IndexDef index : def.indexes) {
                if (Keys.startsWith(key, index.prefix)) {
                    return "key " + KeyText.of(key, index.prefix) + " of index '" + index.schema.name() + "'";
                }
            }
        }
        return "key " + Keys.show(key);
    }

    /** What a range of keys of the store below is about, for messages. */
    String describe(Preconditions.Range range) {
        for (StoreDef def : stores.values()) {
            if (Keys.startsWith(range.start(), def.prefix)) {
                return "the range of keys " + KeyText.of(range, def.prefix);
            }
            for (IndexDef index : def.indexes) {
                if (Keys.startsWith(range.start(), index.prefix)) {
                    return "the range " + KeyText.of(range, index.prefix) + " of index '" + index.schema.name() + "'";
                }
            }
        }
        return "the range of keys from " + Keys.show(range.start());
    }

    /** Name of the store a key belongs to, or null. */
    @Nullable
    String storeOf(byte[] key) {
        for (StoreDef def : stores.values()) {
            if (Keys.startsWith(key, def.prefix)
                    || def.indexes.stream().anyMatch(index -> Keys.startsWith(key, index.prefix))) {
                return def.name;
            }
        }
        return null;
    }

    /**
     * Refuses to be the catalog of what {@code reader} has if that holds stores or indexes with numbers which are not
     * given out yet: the catalog that named them is lost, and new stores would be mixed with theirs.
     */
    void checkComplete(StoreReader reader) {
        checkNone(reader, KeyLayout.documents(nextId), "documents of store");
        checkNone(reader, KeyLayout.index(nextId), "entries of index");
        checkNone(reader, KeyLayout.counter(nextId), "the counter of store");
    }

    private void checkNone(StoreReader reader, byte[] from, String what) {
        try (StoreCursor cursor = reader.scan(from, KeyLayout.kindEnd(from), false)) {
            if (cursor.next()) {
                int id = KeyLayout.id(cursor.key());
                String state = this == EMPTY ? "it is missing" : "it is not the last one";
                throw new CorruptionException(
                        NAME, -1, state + ", there are " + what + " number " + id + ", which it does not know");
            }
        }
    }

    byte[] toBytes() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        if (hasStaleEntries()) {
            root.put("format", FORMAT_STALE).put("recording", recording);
        } else {
            root.put("format", recording ? FORMAT_RECORDING : FORMAT);
        }
        root.put("nextId", nextId);
        ArrayNode storeNodes = root.putArray("stores");
        for (StoreDef def : stores.values()) {
            storeNodes.add(toJson(def));
        }
        ArrayNode migrationNodes = root.putArray("migrations");
        for (AppliedMigration migration : migrations) {
            migrationNodes
                    .addObject()
                    .put("version", migration.version())
                    .put("description", migration.description())
                    .put("checksum", migration.checksum());
        }
        return DocumentCodec.MAPPER.writeValueAsBytes(root);
    }

    private static ObjectNode toJson(StoreDef def) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        Duration ttl = def.schema.ttl();
        node.put("name", def.name)
                .put("id", def.id)
                .put("keyPath", def.schema.keyPath())
                .put("autoIncrement", def.schema.autoIncrement())
                .put("ttl", ttl == null ? null : ttl.toString());
        ArrayNode indexes = node.putArray("indexes");
        for (IndexDef index : def.indexes) {
            ObjectNode indexNode = indexes.addObject();
            indexNode.put("name", index.schema.name()).put("id", index.id);
            ArrayNode paths = indexNode.putArray("paths");
            index.schema.paths().forEach(paths::add);
            indexNode
                    .put("unique", index.schema.unique())
                    .put("multiEntry", index.schema.multiEntry())
                    .put("building", index.building);
            if (!index.stale.isEmpty()) {
                ArrayNode stale = indexNode.putArray("stale");
                index.stale.forEach(each -> stale.addObject()
                        .put("start", each.start())
                        .put("end", each.end())
                        .put("through", each.through()));
            }
        }
        return node;
    }

    /** Whether entries are to be passed over in some index. */
    boolean hasStaleEntries() {
        return stores.values().stream().anyMatch(StoreDef::hasStaleEntries);
    }

    static Catalog fromBytes(byte[] bytes) {
        try {
            JsonNode root = DocumentCodec.MAPPER.readTree(bytes);
            int format = root.path("format").asInt(0);
            if (format < FORMAT || format > FORMAT_STALE) {
                throw new UnsupportedFormatException(NAME, format, FORMAT_STALE);
            }
            boolean recording =
                    format == FORMAT_STALE ? root.get("recording").booleanValue() : format == FORMAT_RECORDING;
            TreeMap<String, StoreDef> stores = new TreeMap<>();
            for (JsonNode node : root.get("stores")) {
                StoreDef def = storeFromJson(node);
                stores.put(def.name, def);
            }
            List<AppliedMigration> migrations = new ArrayList<>();
            for (JsonNode node : root.get("migrations")) {
                migrations.add(new AppliedMigration(
                        node.get("version").intValue(),
                        node.get("description").stringValue(),
                        node.get("checksum").stringValue()));
            }
            return new Catalog(stores, root.get("nextId").intValue(), List.copyOf(migrations), recording);
        } catch (JacksonException | NullPointerException | IllegalArgumentException | DateTimeException e) {
            throw new CorruptionException(NAME, -1, String.valueOf(e.getMessage()));
        }
    }

    private static StoreDef storeFromJson(JsonNode node) {
        String name = node.get("name").stringValue();
        JsonNode ttl = node.get("ttl");
        List<IndexDef> indexes = new ArrayList<>();
        for (JsonNode index : node.get("indexes")) {
            List<String> paths = new ArrayList<>();
            index.get("paths").forEach(path -> paths.add(path.stringValue()));
            IndexSchema schema = new IndexSchema(
                    index.get("name").stringValue(),
                    paths,
                    index.get("unique").booleanValue(),
                    index.get("multiEntry").booleanValue());
            List<StaleEntries> stale = new ArrayList<>();
            for (JsonNode each : index.path("stale")) {
                stale.add(new StaleEntries(
                        each.get("start").binaryValue(),
                        each.get("end").binaryValue(),
                        each.get("through").longValue()));
            }
            indexes.add(new IndexDef(
                            index.get("id").intValue(),
                            name,
                            node.get("id").intValue(),
                            schema,
                            index.get("building").booleanValue())
                    .withStale(stale));
        }
        StoreSchema schema = new StoreSchema(
                name,
                node.get("keyPath").stringValue(),
                node.get("autoIncrement").booleanValue(),
                ttl.isNull() ? null : Duration.parse(ttl.stringValue()),
                List.of());
        return new StoreDef(node.get("id").intValue(), schema, indexes);
    }
}
