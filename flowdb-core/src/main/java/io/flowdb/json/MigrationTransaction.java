package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes definitions and documents together, atomically. Stores and indexes that it makes can be used at once, through {@link
 * #documents()}. An index over existing documents is built in the transaction's buffer and so counts towards its limit. Threads:
 * one.
 */
public final class MigrationTransaction {
    private final Database database;
    private final TransactionView view;
    private final List<Range> dropped = new ArrayList<>();
    private final List<StoreDef> droppedStores = new ArrayList<>();
    private final JsonTransaction documents;
    private Catalog catalog;

    MigrationTransaction(Database database, Session session) {
        this.database = database;
        this.catalog = session.catalog();
        this.view = new TransactionView(session.snapshot(), true, database.limits.maxTransactionBytes());
        this.documents = new JsonTransaction(database, session, view, () -> catalog);
    }

    /** Reads and writes documents of all stores. It is committed with the migration and must not be committed by itself. */
    public DocumentOperations documents() {
        return documents;
    }

    /** The definition of a store as the migration has left it. */
    public StoreSchema getStore(String store) {
        return catalog.store(store).schema;
    }

    /** Names of the stores, sorted. */
    public List<String> storeNames() {
        return catalog.names();
    }

    /** Creates a store with its indexes. */
    public void createObjectStore(StoreSchema schema) {
        if (catalog.find(schema.name()) != null) {
            throw new SchemaConflictException(schema.name(), "it exists already");
        }
        int id = catalog.nextId;
        List<IndexDef> indexes = new ArrayList<>();
        for (IndexSchema index : schema.indexes()) {
            indexes.add(new IndexDef(id + 1 + indexes.size(), schema.name(), index, false));
        }
        catalog = catalog.with(new StoreDef(id, schema, indexes), id + 1 + indexes.size());
    }

    /** Deletes a store with its documents and indexes. */
    public void deleteObjectStore(String store) {
        StoreDef def = catalog.store(store);
        dropped.add(new Range(def.prefix, def.end));
        dropped.add(new Range(def.counterKey, Keys.successor(def.counterKey)));
        def.indexes.forEach(index -> dropped.add(new Range(index.prefix, index.end)));
        droppedStores.add(def);
        catalog = catalog.without(store);
    }

    /** Creates an index and fills it. */
    public void createIndex(String store, IndexSchema schema) {
        StoreDef before = catalog.store(store);
        if (before.schema.index(schema.name()).isPresent()) {
            throw new SchemaConflictException(store, "index '" + schema.name() + "' exists already");
        }
        List<IndexDef> indexes = new ArrayList<>(before.indexes);
        indexes.add(new IndexDef(catalog.nextId, store, schema, false));
        StoreDef after = new StoreDef(before.id, before.schema, indexes);
        try (StoreCursor cursor = view.documents(before.prefix, before.end, false)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] stored = cursor.value();
                DocumentCodec.Encoded same = new DocumentCodec.Encoded(stored, DocumentCodec.decode(stored));
                Change earlier = view.find(key);
                Change.Base base = earlier != null
                        ? earlier.base()
                        : Change.Base.of(before, key, view.committed(before, key), database.limits);
                view.put(Change.put(after, key, base, same, cursor.expireAt(), database.limits), earlier);
            }
        }
        catalog = catalog.with(after, catalog.nextId + 1);
    }

    /** Deletes an index. */
    public void deleteIndex(String store, String index) {
        StoreDef def = catalog.store(store);
        IndexDef gone = def.index(index);
        List<IndexDef> rest = new ArrayList<>(def.indexes);
        rest.remove(gone);
        dropped.add(new Range(gone.prefix, gone.end));
        catalog = catalog.with(new StoreDef(def.id, def.schema, rest), catalog.nextId);
    }

    Catalog catalog() {
        return catalog;
    }

    List<StoreDef> droppedStores() {
        return droppedStores;
    }

    void addTo(CommitPlan plan) {
        view.addTo(plan);
        plan.drop(dropped, droppedStores);
    }
}
