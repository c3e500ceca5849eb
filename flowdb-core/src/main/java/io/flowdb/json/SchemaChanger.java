package io.flowdb.json;

import io.flowdb.WriteBatch;
import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.json.SchemaChange.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Carries out changes of the schema, one at a time. New indexes of existing stores are first entered into the catalog
 * as being built, which makes every later commit keep them up to date; then they are filled; then one commit makes all
 * changes visible together. Threads: any; the schema lock is held throughout.
 */
final class SchemaChanger {
    private final Database database;

    SchemaChanger(Database database) {
        this.database = database;
    }

    List<SchemaChange> apply(Collection<StoreSchema> wanted, SchemaMode mode) {
        database.lockSchema();
        try {
            Catalog before = database.catalog();
            List<SchemaChange> changes = SchemaPlan.of(before, wanted, mode);
            if (!changes.isEmpty()) {
                removeUnfinished();
                carryOut(List.copyOf(wanted), changes);
            }
            return changes;
        } finally {
            database.schemaLock.unlock();
        }
    }

    /** Creates a store if there is none; an existing one must be equal. */
    StoreSchema create(StoreSchema wanted) {
        return create(Objects.requireNonNull(wanted, "store"), existing -> existing.checkEqual(wanted));
    }

    /** Creates a store without indexes if there is none; an existing one must have the same key path. */
    StoreSchema create(String name, String keyPath) {
        return create(StoreSchema.of(name, keyPath), existing -> {
            if (!existing.keyPath().equals(keyPath)) {
                throw new SchemaConflictException(
                        name, "keyPath is '" + existing.keyPath() + "', wanted '" + keyPath + "'");
            }
        });
    }

    private StoreSchema create(StoreSchema wanted, Consumer<StoreSchema> check) {
        database.lockSchema();
        try {
            StoreDef existing = database.catalog().find(wanted.name());
            if (existing == null) {
                apply(List.of(wanted), SchemaMode.UPDATE);
            } else {
                check.accept(existing.schema);
            }
            return database.catalog().store(wanted.name()).schema;
        } finally {
            database.schemaLock.unlock();
        }
    }

    void createIndex(String store, IndexSchema index) {
        Objects.requireNonNull(index, "index");
        database.lockSchema();
        try {
            StoreSchema schema = database.catalog().store(store).schema;
            if (!schema.has(index)) {
                apply(List.of(schema.withIndex(index)), SchemaMode.UPDATE);
            }
        } finally {
            database.schemaLock.unlock();
        }
    }

    void deleteIndex(String store, String name) {
        database.lockSchema();
        try {
            Catalog catalog = database.catalog();
            StoreDef def = catalog.store(store);
            IndexDef index = def.index(name);
            List<IndexDef> rest = new ArrayList<>(def.indexes);
            rest.remove(index);
            WriteBatch batch = new WriteBatch().deleteRange(index.prefix, index.end);
            database.publish(catalog.with(new StoreDef(def.id, def.schema, rest), catalog.nextId), batch);
        } finally {
            database.schemaLock.unlock();
        }
    }

    void deleteStore(String name) {
        database.lockSchema();
        try {
            Catalog catalog = database.catalog();
            StoreDef def = catalog.store(name);
            WriteBatch batch = new WriteBatch().deleteRange(def.prefix, def.end).delete(def.counterKey);
            def.indexes.forEach(index -> batch.deleteRange(index.prefix, index.end));
            database.publishDeletion(catalog.without(name), batch, def);
            database.counters.forget(def);
            database.counts.deleted(def);
        } finally {
            database.schemaLock.unlock();
        }
    }

    /**
     * Removes indexes whose building was interrupted, and entries that range deletes have left behind; a database that
     * cannot be written leaves them unread.
     */
    void removeUnfinished() {
        if (database.isReadOnly()) {
            return;
        }
        database.schemaLock.lock();
        try {
            Catalog catalog = database.catalog();
            WriteBatch batch = new WriteBatch();
            Catalog without = catalog;
            for (StoreDef def : catalog.stores()) {
                for (IndexDef index : def.building()) {
                    batch.deleteRange(index.prefix, index.end);
                    without = without.with(def.withoutBuilding(), catalog.nextId);
                }
            }
            if (!batch.isEmpty()) {
                database.publish(without, batch);
            }
            removeStaleEntries();
        } finally {
            database.schemaLock.unlock();
        }
    }

    private void removeStaleEntries() {
        Catalog catalog = database.catalog();
        if (catalog.hasStaleEntries()) {
            Catalog swept = catalog;
            for (StoreDef def : catalog.stores()) {
                new StaleEntrySweep(database, def).ofIndexes();
                swept = swept.with(def.swept(), catalog.nextId);
            }
            database.publish(swept, new WriteBatch());
        }
    }

    private void carryOut(List<StoreSchema> wanted, List<SchemaChange> changes) {
        Catalog during = database.catalog();
        List<IndexDef> toBuild = new ArrayList<>();
        for (SchemaChange change : changes) {
            StoreDef def = during.find(change.store());
            if (change.kind() == Kind.CREATE_INDEX && def != null) {
                IndexSchema schema = find(wanted, change.store())
                        .index(Objects.requireNonNull(change.index()))
                        .orElseThrow();
                IndexDef index = new IndexDef(during.nextId, def.name, def.id, schema, true);
                toBuild.add(index);
                during = during.with(def.with(index), during.nextId + 1);
            }
        }
        try {
            if (!toBuild.isEmpty()) {
                database.publish(during, new WriteBatch());
                for (IndexDef index : toBuild) {
                    new IndexBuild(database, during.store(index.store), index, key -> false).run();
                }
            }
            WriteBatch batch = new WriteBatch();
            Catalog after = after(during, wanted, changes, batch);
            database.publish(after, batch);
        } catch (RuntimeException | Error e) {
            takeBack(e);
            throw e;
        }
        changes.stream()
                .filter(change -> change.kind() == Kind.ALTER_STORE)
                .forEach(change -> database.counters.forget(database.catalog().store(change.store())));
    }

    /**
     * Removes the indexes that a failed change has begun. If that fails too, they are only let go of, and the next
     * change of the schema, or the next opening, removes what they leave; so does the next opening if the change may
     * have been committed all the same.
     */
    void takeBack(Throwable failure) {
        if (database.isOpen() && !(failure instanceof CommitUnknownException)) {
            try {
                removeUnfinished();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
                database.abandonBuilding();
            }
        }
    }

    /** The catalog with all changes made; adds to {@code batch} what has to go. */
    private static Catalog after(
            Catalog during, List<StoreSchema> wanted, List<SchemaChange> changes, WriteBatch batch) {
        Catalog after = during;
        for (StoreSchema schema : wanted) {
            if (changes.stream().noneMatch(change -> change.store().equals(schema.name()))) {
                continue;
            }
            StoreDef def = after.find(schema.name());
            if (def == null) {
                after = after.withNew(schema);
                continue;
            }
            List<IndexDef> indexes = new ArrayList<>();
            for (IndexDef index : def.indexes) {
                if (!index.building && isDropped(index, changes)) {
                    batch.deleteRange(index.prefix, index.end);
                } else {
                    indexes.add(index.building ? index.ready() : index);
                }
            }
            after = after.with(new StoreDef(def.id, schema, indexes), after.nextId);
        }
        return after;
    }

    private static boolean isDropped(IndexDef index, List<SchemaChange> changes) {
        return changes.stream()
                .anyMatch(change -> change.kind() == Kind.DELETE_INDEX
                        && change.store().equals(index.store)
                        && Objects.equals(change.index(), index.schema.name()));
    }

    private static StoreSchema find(List<StoreSchema> wanted, String store) {
        return wanted.stream()
                .filter(schema -> schema.name().equals(store))
                .findFirst()
                .orElseThrow();
    }
}
