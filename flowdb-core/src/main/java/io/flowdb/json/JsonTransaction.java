package io.flowdb.json;

import io.flowdb.CommitOutcome;
import io.flowdb.StoreCursor;
import io.flowdb.error.ConflictException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.TransactionClosedException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A transaction over some stores: reads the state of its begin and its own writes, and commits all or nothing.
 *
 * <p>Nothing is locked: the commit checks that what was read has not been changed since. Closing without commit aborts.
 * Errors, beside those of {@link DocumentOperations}: {@link TransactionClosedException},
 * {@link ReadOnlyTransactionException}, {@link StoreNotFoundException} for a store that was not named at the begin.
 * Threads: one at a time.
 */
public final class JsonTransaction implements DocumentOperations, AutoCloseable {
    private final Database database;
    private final Session session;
    private final TransactionMode mode;
    private final Set<String> stores;
    private final View view;
    private final TransactionView own;
    private final Supplier<Catalog> catalog;
    private final boolean migration;
    private final BroughtKeys brought = new BroughtKeys();
    private @Nullable String outcome;

    JsonTransaction(Database database, Session session, TransactionMode mode, Isolation isolation, Set<String> stores) {
        this.database = database;
        this.session = session;
        this.mode = Objects.requireNonNull(mode, "mode");
        this.stores = Collections.unmodifiableSet(stores);
        boolean serializable = Objects.requireNonNull(isolation, "isolation") == Isolation.SERIALIZABLE;
        boolean tracking = mode == TransactionMode.READ_WRITE && serializable;
        this.own = new TransactionView(
                session.snapshot(), tracking, database.maxTransactionBytes(), session.catalog()::storeOf);
        this.view = mode == TransactionMode.READ_ONLY ? session.view() : own;
        this.catalog = session::catalog;
        this.migration = false;
    }

    /** The documents of a migration, which names no stores and changes the catalog on its way. */
    JsonTransaction(Database database, Session session, TransactionView own, Supplier<Catalog> catalog) {
        this.database = database;
        this.session = session;
        this.mode = TransactionMode.READ_WRITE;
        this.stores = Set.of();
        this.own = own;
        this.view = own;
        this.catalog = catalog;
        this.migration = true;
    }

    /**
     * Makes the writes visible and durable. After a {@link ConflictException} or another error nothing is written and
     * the transaction is aborted.
     */
    public void commit() {
        checkUsable();
        if (migration) {
            throw new IllegalStateException("a migration is committed when its steps return");
        }
        if (own.hasChanges()) {
            database.checkNotInMigration();
        }
        outcome = "aborted";
        try {
            if (own.hasChanges()) {
                CommitPlan plan =
                        new CommitPlan(database, session.snapshot(), database.unconcernedUntil(session, stores));
                own.addTo(plan);
                if (database.commit(plan) instanceof CommitOutcome.Conflict conflict) {
                    throw plan.conflictAt(conflict.precondition(), session.catalog());
                }
            }
            outcome = "committed";
        } finally {
            session.close();
        }
    }

    /** Forgets the writes. */
    public void abort() {
        checkUsable();
        outcome = "aborted";
        session.close();
    }

    /** Aborts if the transaction is open. Idempotent. */
    @Override
    public void close() {
        if (outcome == null) {
            outcome = "aborted";
            session.close();
        }
    }

    /**
     * Marks the present point. What documents were there is kept, and counts towards the limit of the transaction,
     * until the savepoint is released or the transaction ends.
     */
    public Savepoint savepoint() {
        checkUsable();
        if (migration) {
            throw new IllegalStateException("a migration has no savepoints");
        }
        return new Savepoint(this, own.mark(), brought.copy());
    }

    /**
     * Takes back every write made since {@code savepoint}, at a cost in proportion to these; what was read stays
     * checked. Later savepoints become invalid, this one stays. Errors: {@link IllegalArgumentException} for a
     * savepoint of another transaction or one that is invalid.
     */
    public void rollbackTo(Savepoint savepoint) {
        checkUsable();
        checkOwn(savepoint);
        if (!own.rollbackTo(savepoint.mark)) {
            throw new IllegalArgumentException(
                    "savepoint was released, or taken back with an earlier one (allowed: one that is valid)");
        }
        brought.reset(savepoint.brought);
    }

    /** Makes {@code savepoint} and later ones invalid, if they are not already; every write stays. */
    public void release(Savepoint savepoint) {
        checkUsable();
        checkOwn(savepoint);
        own.release(savepoint.mark);
    }

    private void checkOwn(Savepoint savepoint) {
        if (Objects.requireNonNull(savepoint, "savepoint").owner != this) {
            throw new IllegalArgumentException("savepoint is not one of this transaction");
        }
    }

    /** Whether it was neither committed nor aborted. */
    public boolean isOpen() {
        return outcome == null;
    }

    /** What it may do. */
    public TransactionMode mode() {
        return mode;
    }

    /** Names of the stores it may touch; unmodifiable. */
    public Set<String> stores() {
        return stores;
    }

    /** Ends the documents of a migration, which ends the session itself. */
    void ended(String how) {
        outcome = how;
    }

    void checkNotEnded() {
        if (outcome != null) {
            throw new TransactionClosedException(outcome);
        }
    }

    private void checkUsable() {
        checkNotEnded();
        database.checkOpen();
    }

    private StoreDef def(String store) {
        checkUsable();
        StoreDef def = catalog.get().store(store);
        if (!migration && !stores.contains(store)) {
            throw new StoreNotFoundException(store, "the transaction was begun for " + stores);
        }
        return def;
    }

    private Reads reads(String store) {
        return new Reads(view, def(store), database.limits);
    }

    private Writes writes(String store) {
        StoreDef def = def(store);
        if (mode == TransactionMode.READ_ONLY) {
            throw new ReadOnlyTransactionException("transaction");
        }
        return new Writes(database, own, def, brought);
    }

    @Override
    public Object put(String store, JsonNode document, PutOptions options) {
        return put(store, document, options, false);
    }

    @Override
    public Object add(String store, JsonNode document, PutOptions options) {
        return put(store, document, options, true);
    }

    private Object put(String store, JsonNode document, PutOptions options, boolean add) {
        Writes writes = writes(store);
        Puts puts = Puts.of(writes.def(), Collections.singletonList(document), add);
        return puts.orAsTheyWere(() -> puts.into(writes, options)).get(0);
    }

    @Override
    public Object putAuto(String store, ObjectNode document) {
        Writes writes = writes(store);
        Puts puts = Puts.withNewKey(writes.def(), document);
        return puts.orAsTheyWere(() -> puts.into(writes, PutOptions.DEFAULT)).get(0);
    }

    @Override
    public List<Object> putAll(String store, Collection<? extends JsonNode> documents) {
        Writes writes = writes(store);
        Puts puts = Puts.of(writes.def(), documents, false);
        return puts.orAsTheyWere(() -> allOrNothing(() -> puts.into(writes, PutOptions.DEFAULT)));
    }

    @Override
    public @Nullable JsonNode update(String store, Object key, UnaryOperator<@Nullable JsonNode> change) {
        Objects.requireNonNull(change, "change");
        Writes writes = writes(store);
        return writes.update(key, document -> {
            JsonNode changed = change.apply(document);
            /* The function may have ended the transaction, or changed what the entries follow from. */
            if (def(store) != writes.def()) {
                throw new IllegalStateException("the function that updates a document of store '" + store
                        + "' has changed the schema of the store; do it before or after the update in the migration");
            }
            return changed;
        });
    }

    @Override
    public @Nullable JsonNode get(String store, Object key) {
        return reads(store).get(key);
    }

    @Override
    public byte @Nullable [] getRaw(String store, Object key) {
        return reads(store).getRaw(key);
    }

    @Override
    public List<JsonNode> getAll(String store, Collection<?> keys) {
        return reads(store).getAll(keys);
    }

    @Override
    public boolean exists(String store, Object key) {
        return reads(store).exists(key);
    }

    @Override
    public Optional<DocumentMeta> getWithMeta(String store, Object key) {
        return reads(store).getWithMeta(key);
    }

    @Override
    public boolean delete(String store, Object key) {
        Writes writes = writes(store);
        return writes.delete(writes.def().documentKey(key, database.limits));
    }

    @Override
    public long deleteRange(String store, KeyRange range) {
        Writes writes = writes(store);
        return allOrNothing(() -> {
            long deleted = 0;
            try (StoreCursor cursor = reads(store).documents(range, false)) {
                while (cursor.next()) {
                    deleted += writes.delete(cursor.key()) ? 1 : 0;
                }
            }
            return deleted;
        });
    }

    @Override
    public long count(String store) {
        return count(store, KeyRange.all());
    }

    @Override
    public long count(String store, KeyRange range) {
        return reads(store).count(range);
    }

    @Override
    public DocumentScan scan(String store, KeyRange range, boolean reverse) {
        Reads reads = reads(store);
        return new CursorScan(reads.def(), reads.documents(range, reverse), check(reads.def(), null), () -> {});
    }

    @Override
    public List<JsonNode> getAll(String store, KeyRange range, int limit) {
        return reads(store).getAll(range, limit);
    }

    @Override
    public List<Object> getAllKeys(String store, KeyRange range, int limit) {
        return reads(store).getAllKeys(range, limit);
    }

    @Override
    public List<JsonNode> getByIndex(String store, String index, @Nullable Object value) {
        return reads(store).getByIndex(index, value);
    }

    @Override
    public List<JsonNode> getByIndex(String store, String index, @Nullable KeyRange range) {
        return reads(store).getByIndex(index, range);
    }

    @Override
    public <T> Object putDoc(String store, T value) {
        return put(store, DocumentCodec.toDocument(value));
    }

    @Override
    public <T> Optional<T> getDoc(String store, Object key, Class<T> type) {
        return reads(store).get(key, type);
    }

    @Override
    public JsonQuery query(String store) {
        def(store);
        return new JsonQuery(new JsonQuery.Source() {
            @Override
            public <R extends @Nullable Object> R read(Function<Reads, R> body) {
                return body.apply(reads(store));
            }

            @Override
            public JsonQuery.Opened open() {
                Reads reads = reads(store);
                return new JsonQuery.Opened(reads, check(reads.def(), null), () -> {});
            }

            @Override
            public boolean isOf(Database newest) {
                return false;
            }

            @Override
            public String store() {
                return store;
            }

            @Override
            public long delete(Function<Reads, List<byte[]>> keys) {
                return deleteFound(store, keys);
            }
        });
    }

    private long deleteFound(String store, Function<Reads, List<byte[]>> keys) {
        Writes writes = writes(store);
        return allOrNothing(() -> {
            long deleted = 0;
            for (byte[] documentKey : keys.apply(reads(store))) {
                deleted += writes.delete(documentKey) ? 1 : 0;
            }
            return deleted;
        });
    }

    /** Makes several writes; if one fails, those before it are taken back. */
    private <R> R allOrNothing(Supplier<R> several) {
        TransactionView.Mark before = own.mark();
        BroughtKeys broughtBefore = brought.copy();
        try {
            return several.get();
        } catch (RuntimeException | Error e) {
            own.rollbackTo(before);
            brought.reset(broughtBefore);
            throw e;
        } finally {
            own.release(before);
        }
    }

    @Override
    public JsonCursor openCursor(String store, KeyRange range, CursorDirection direction) {
        Reads reads = reads(store);
        return new EntryCursor(reads, null, range, direction, target(reads.def(), null));
    }

    @Override
    public JsonCursor openCursor(String store, String index, KeyRange range, CursorDirection direction) {
        Reads reads = reads(store);
        IndexDef def = reads.def().index(index);
        return new EntryCursor(reads, def, range, direction, target(reads.def(), def));
    }

    private EntryCursor.Target target(StoreDef store, @Nullable IndexDef index) {
        boolean writable = mode == TransactionMode.READ_WRITE;
        return new EntryCursor.Target(check(store, index), writable ? () -> writes(store.name) : null, () -> {});
    }

    /** Throws if a walk cannot go on. What it walks may be deleted only by a migration. */
    private Runnable check(StoreDef walked, @Nullable IndexDef index) {
        if (!migration) {
            return this::checkUsable;
        }
        return () -> {
            checkUsable();
            if (catalog.get().find(walked.id) == null) {
                throw new IllegalStateException("store '" + walked.name + "' was deleted in the migration meanwhile");
            }
            if (index != null && catalog.get().findIndex(index.id) == null) {
                throw new IllegalStateException("index '" + index.schema.name() + "' of store '" + walked.name
                        + "' was deleted in the migration meanwhile");
            }
        };
    }
}
