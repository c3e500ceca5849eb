package io.flowdb.json;

import io.flowdb.CommitOutcome;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.internal.base.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Changes definitions and documents together, atomically. Stores and indexes that it makes can be used at once, through
 * {@link #documents()}. What it writes is buffered until it is committed; an index is built in the store below, in
 * little memory. It ends when the steps return: all later use is a {@link io.flowdb.error.TransactionClosedException}.
 * Threads: one.
 */
public final class MigrationTransaction {
    /*
     * An index over documents that exist is filled by commits of its own, while the published catalog says that it is
     * being built: nobody else reads it, and an interrupted migration leaves what the next opening removes. As nobody
     * else commits documents meanwhile, the entries agree with the state that the migration reads; it goes on in a
     * snapshot that has them. Documents that the migration has changed before are left out: their entries are part of
     * its own changes, like those of documents it changes later. The commit of the migration makes the index readable.
     */
    private final Database database;
    private final TransactionView view;
    /** All that were read from; cursors may be open on the older ones. */
    private final List<StoreSnapshot> snapshots = new ArrayList<>();

    private final List<Range> dropped = new ArrayList<>();
    private final List<StoreDef> droppedStores = new ArrayList<>();
    private final JsonTransaction documents;
    private Catalog catalog;
    private boolean committed;

    MigrationTransaction(Database database, Session session) {
        this.database = database;
        this.catalog = session.catalog();
        this.view = new TransactionView(
                session.snapshot(), false, database.maxTransactionBytes(), key -> catalog.storeOf(key));
        this.documents = new JsonTransaction(database, session, view, () -> catalog);
    }

    /**
     * Reads and writes documents of all stores. It is committed with the migration and must not be committed by itself.
     */
    public DocumentOperations documents() {
        return documents;
    }

    /** The definition of a store as the migration has left it. */
    public StoreSchema getStore(String store) {
        documents.checkNotEnded();
        return catalog.store(store).schema;
    }

    /** Names of the stores, sorted. */
    public List<String> storeNames() {
        documents.checkNotEnded();
        return catalog.names();
    }

    /** Creates a store with its indexes; does nothing if an equal one exists. */
    public void createObjectStore(StoreSchema schema) {
        documents.checkNotEnded();
        StoreDef existing = catalog.find(schema.name());
        if (existing != null) {
            existing.schema.checkEqual(schema);
            return;
        }
        catalog = catalog.withNew(schema);
    }

    /** Deletes a store with its documents and indexes. */
    public void deleteObjectStore(String store) {
        documents.checkNotEnded();
        StoreDef def = catalog.store(store);
        dropped.add(new Range(def.prefix, def.end));
        dropped.add(new Range(def.counterKey, Keys.successor(def.counterKey)));
        def.indexes.forEach(index -> dropped.add(new Range(index.prefix, index.end)));
        if (database.catalog().find(def.id) != null) { // or nobody else has ever seen it
            droppedStores.add(def);
        }
        view.forget(def.prefix, def.end);
        catalog = catalog.without(store);
    }

    /**
     * Creates an index and fills it; does nothing if an equal one exists. Errors:
     * {@link io.flowdb.error.UniqueViolationException} with up to ten of the values, if documents, as the migration has
     * left them, share a value of a unique index.
     */
    public void createIndex(String store, IndexSchema schema) {
        documents.checkNotEnded();
        StoreDef before = catalog.store(store);
        if (before.schema.has(schema)) {
            return;
        }
        IndexDef index = new IndexDef(catalog.nextId, store, before.id, schema, false);
        StoreDef after = before.with(index);
        catalog = catalog.with(before, catalog.nextId + 1);
        boolean built = false;
        try {
            IndexBuild build = new IndexBuild(database, after, index, key -> view.find(key) != null);
            if (announce(before, index)) {
                build.run();
                readNewState();
            }
            indexChanges(after, index, build);
            built = true;
        } finally {
            if (!built) {
                dropped.add(new Range(index.prefix, index.end));
            }
        }
        catalog = catalog.with(after, catalog.nextId);
    }

    /** Publishes that an index is being built; false if there are no documents to build it from. */
    private boolean announce(StoreDef store, IndexDef index) {
        Catalog published = database.catalog();
        StoreDef existing = published.find(store.id);
        if (existing == null || isEmpty(existing)) {
            return false;
        }
        IndexDef building = new IndexDef(index.id, store.name, store.id, index.schema, true);
        Catalog announced = published.with(existing.with(building), catalog.nextId);
        database.publish(announced, new WriteBatch());
        return true;
    }

    private boolean isEmpty(StoreDef store) {
        try (StoreCursor cursor = database.store.latest().scan(store.prefix, store.end, false)) {
            return !cursor.next();
        }
    }

    /** Gives the documents that the migration has changed their entries in a new index. */
    private void indexChanges(StoreDef after, IndexDef index, IndexBuild build) {
        List<Change> changes = view.changes(after.prefix, after.end);
        List<Change> indexed = new ArrayList<>(changes.size());
        List<IndexEntry> entries = new ArrayList<>();
        for (Change change : changes) {
            Change with = change.in(after, database.limits);
            indexed.add(with);
            Arrays.stream(with.entriesAfter)
                    .filter(entry -> entry.index == index)
                    .forEach(entries::add);
        }
        build.check(entries);
        for (int i = 0; i < indexed.size(); i++) {
            view.put(indexed.get(i), changes.get(i));
        }
    }

    /** Reads from a snapshot of now on; documents are in it as they were, as nobody else has committed any. */
    private StoreSnapshot readNewState() {
        StoreSnapshot snapshot = database.store.snapshot();
        snapshots.add(snapshot);
        view.moveTo(snapshot);
        return snapshot;
    }

    /** Deletes an index. */
    public void deleteIndex(String store, String index) {
        documents.checkNotEnded();
        StoreDef def = catalog.store(store);
        IndexDef gone = def.index(index);
        List<IndexDef> rest = new ArrayList<>(def.indexes);
        rest.remove(gone);
        dropped.add(new Range(gone.prefix, gone.end));
        StoreDef without = new StoreDef(def.id, def.schema, rest);
        for (Change change : view.changes(def.prefix, def.end)) {
            view.put(change.in(without, database.limits), change);
        }
        catalog = catalog.with(without, catalog.nextId);
    }

    /** Commits everything with the record of {@code done}; false if it has to be tried again. */
    boolean commit(Catalog.AppliedMigration done) {
        documents.checkNotEnded();
        CommitPlan plan = new CommitPlan(database, readNewState());
        view.addTo(plan);
        plan.drop(dropped, droppedStores);
        committed = database.publish(catalog.with(done), plan) instanceof CommitOutcome.Committed;
        return committed;
    }

    List<StoreDef> droppedStores() {
        return droppedStores;
    }

    /** Ends it, and gives back the states it has read from. */
    void close() {
        documents.ended(committed ? "committed" : "aborted");
        snapshots.forEach(StoreSnapshot::close);
    }
}
