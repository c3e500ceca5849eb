package io.flowdb.json;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.OrderedStore;
import io.flowdb.Salvage;
import io.flowdb.StoreCursor;
import io.flowdb.error.ConflictException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.json.DocumentCodec;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON documents in object stores with indexes, on an {@link OrderedStore}.
 *
 * <p>Each data operation is a serializable transaction of its own, repeated inside until it succeeds; several belong
 * together in {@link #inTransaction}. Documents, index entries and definitions share the store below with nobody else
 * whose keys begin with the bytes 00 to 0F; one database at most is open on it. Threads: any. Source: docs/jsondb.md.
 */
public final class JsonDB implements DocumentOperations, AutoCloseable {
    private static final int MAX_ATTEMPTS = 1000;

    /** The database of the moment; asked once in each operation. */
    private final Supplier<Database> current;

    private final Runnable close;

    private JsonDB(Supplier<Database> current, Runnable close) {
        this.current = current;
        this.close = close;
    }

    /** Opens an engine and a database on it that owns it. */
    public static JsonDB open(Config config) {
        return open(config, JsonLimits.DEFAULT);
    }

    /** As {@link #open(Config)} with other limits. */
    public static JsonDB open(Config config, JsonLimits limits) {
        Objects.requireNonNull(limits, "limits");
        Engine engine = Engine.open(config);
        try {
            return create(engine, limits, config.clockMicros(), engine);
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    /**
     * As {@link #open(Config)}, and brings the schema to {@code version} first: if it has a lower one, {@code upgrade}
     * is called once, in one exclusive transaction, and the version is recorded with it. Errors:
     * {@link io.flowdb.error.SchemaConflictException} if the schema has a higher version; whatever {@code upgrade}
     * throws, which leaves everything as it was. The database is closed then.
     */
    public static JsonDB open(Config config, int version, Upgrade upgrade) {
        return open(config, JsonLimits.DEFAULT, version, upgrade);
    }

    /** As {@link #open(Config, int, Upgrade)} with other limits. */
    public static JsonDB open(Config config, JsonLimits limits, int version, Upgrade upgrade) {
        Objects.requireNonNull(upgrade, "upgrade");
        JsonDB db = open(config, limits);
        try {
            new Migrator(db.current.get()).upgrade(version, upgrade);
            return db;
        } catch (RuntimeException | Error e) {
            db.close();
            throw e;
        }
    }

    /**
     * Makes a new database of all that is whole in a damaged one, as {@link Engine#salvage} does, and brings its
     * documents into order: indexes that do not agree with them are built anew, documents whose store is not defined
     * any more get one named {@code recovered_} and its number, and what was kept for change feeds goes. A unique index
     * is left out if documents that are back share its values. Until all this is done nobody else can open the target.
     * Errors: those of {@link Engine#salvage}; the target is empty then.
     *
     * @param damaged directory of a database that is not open
     * @param target a missing or empty directory, outside the damaged one; it can be opened as a database
     * @return what is there, and what is missing
     */
    public static JsonSalvageReport salvage(Path damaged, Path target) {
        return Salvage.mended(damaged, target, JsonSalvage::mend);
    }

    /**
     * A database on a store that stays the caller's: closing the database leaves it open. Errors:
     * {@link io.flowdb.error.DatabaseInUseException} while another is open on it, see {@link OrderedStore#identity}.
     */
    public static JsonDB on(OrderedStore store) {
        return on(store, JsonLimits.DEFAULT);
    }

    /** As {@link #on(OrderedStore)} with other limits. */
    public static JsonDB on(OrderedStore store, JsonLimits limits) {
        return on(
                store,
                limits,
                Objects.requireNonNull(store, "store").capabilities().clockMicros());
    }

    /** As {@link #on(OrderedStore, JsonLimits)} with another source of the time, in microseconds since the epoch. */
    public static JsonDB on(OrderedStore store, JsonLimits limits, LongSupplier clockMicros) {
        return create(store, limits, clockMicros, null);
    }

    /**
     * The database that {@code source} gives at each operation, for users that outlive a reopening. A transaction,
     * cursor, stream or change feed stays with the one it began in. Closing it does nothing: they are the source's.
     */
    public static JsonDB following(Supplier<JsonDB> source) {
        Objects.requireNonNull(source, "source");
        return new JsonDB(() -> source.get().current.get(), () -> {});
    }

    private static JsonDB create(
            OrderedStore store, JsonLimits limits, LongSupplier clockMicros, @Nullable Engine owned) {
        Objects.requireNonNull(store, "store").lastSeqno(); // a closed store says so, whoever has it
        OpenStores.Claim claim = OpenStores.claim(store);
        boolean opened = false;
        try {
            Database database = new Database(store, limits, clockMicros);
            database.load();
            new SchemaChanger(database).removeUnfinished();
            opened = true;
            return new JsonDB(() -> database, () -> close(database, claim, owned));
        } finally {
            if (!opened) {
                OpenStores.release(store, claim);
            }
        }
    }

    /** The store below. */
    public OrderedStore store() {
        Database database = current.get();
        return database.store;
    }

    /** The engine below, if it is one. */
    public Optional<Engine> engine() {
        Database database = current.get();
        return database.store instanceof Engine engine ? Optional.of(engine) : Optional.empty();
    }

    /** Whether it was not closed. */
    public boolean isOpen() {
        try {
            return current.get().isOpen();
        } catch (EngineClosedException e) {
            return false; // the one it follows
        }
    }

    /**
     * Waits for commits and changes of the schema that are under way, and releases the store below, so that another
     * database may be opened on it. Later operations are refused; open transactions can only be closed. Idempotent.
     */
    @Override
    public void close() {
        close.run();
    }

    private static void close(Database database, OpenStores.Claim claim, @Nullable Engine owned) {
        try {
            database.close();
        } finally {
            OpenStores.release(database.store, claim);
            if (owned != null) {
                owned.close();
            }
        }
    }

    /**
     * Creates a store without indexes; does nothing if one of this name and key path exists, whatever else its
     * definition says. Returns the definition.
     */
    public StoreSchema createObjectStore(String name, String keyPath) {
        return new SchemaChanger(current.get()).create(name, keyPath);
    }

    /**
     * Creates a store with its indexes; does nothing if an equal one exists. Errors:
     * {@link io.flowdb.error.SchemaConflictException} if another one of this name exists.
     */
    public StoreSchema createObjectStore(StoreSchema store) {
        return new SchemaChanger(current.get()).create(store);
    }

    /** Deletes a store with its documents and indexes, atomically. */
    public void deleteObjectStore(String name) {
        new SchemaChanger(current.get()).deleteStore(name);
    }

    /**
     * Builds an index from the documents that exist, while reads and writes go on; does nothing if an equal one exists.
     * From its begin on, writes have to respect a unique index. If documents share a value already, the index is
     * refused with a {@link io.flowdb.error.UniqueViolationException} that lists up to ten of the values.
     */
    public void createIndex(String store, IndexSchema index) {
        new SchemaChanger(current.get()).createIndex(store, index);
    }

    /**
     * Deletes an index. Errors: {@link io.flowdb.error.StoreNotFoundException},
     * {@link io.flowdb.error.IndexNotFoundException}.
     */
    public void deleteIndex(String store, String index) {
        new SchemaChanger(current.get()).deleteIndex(store, index);
    }

    /** Makes the stored schema equal to the wanted one, as far as {@code mode} allows, in one atomic change. */
    public List<SchemaChange> applySchemas(Collection<StoreSchema> wanted, SchemaMode mode) {
        return new SchemaChanger(current.get()).apply(wanted, mode);
    }

    /** As {@link #applySchemas} for one store, in mode {@link SchemaMode#UPDATE}. */
    public List<SchemaChange> applyStore(StoreSchema wanted) {
        return applySchemas(List.of(Objects.requireNonNull(wanted, "wanted")), SchemaMode.UPDATE);
    }

    /** What {@link #applySchemas} would do. */
    public List<SchemaChange> planSchemas(Collection<StoreSchema> wanted, SchemaMode mode) {
        Database database = current.get();
        return SchemaPlan.of(database.catalog(), wanted, mode);
    }

    /** Applies the schema that the annotations of {@code type} describe, in mode {@link SchemaMode#UPDATE}. */
    public List<SchemaChange> applySchema(Class<?> type) {
        return applySchemas(List.of(AnnotatedSchema.of(type)), SchemaMode.UPDATE);
    }

    /**
     * Carries out the migrations whose version is above that of the schema, in order, each in one transaction during
     * which other writers wait, and records them; readers have the state before it meanwhile. Those that were carried
     * out need not be in the list any more. Errors: {@link io.flowdb.error.SchemaConflictException}, before anything is
     * done, if one that was carried out has another checksum now, or one with a version below that of the schema was
     * never carried out; {@link IllegalArgumentException} if the versions do not ascend; whatever a step throws, which
     * leaves the step undone and those before it done.
     *
     * @return how many were carried out
     */
    public int migrate(List<Migration> migrations) {
        Database database = current.get();
        return new Migrator(database).run(migrations);
    }

    /** Version of the schema: that of the last migration, or 0. */
    public int schemaVersion() {
        Database database = current.get();
        return database.catalog().version();
    }

    /** Names of the stores, sorted. */
    public List<String> storeNames() {
        Database database = current.get();
        return database.catalog().names();
    }

    /** Definition of a store. */
    public StoreSchema getStore(String name) {
        Database database = current.get();
        return database.catalog().store(name).schema;
    }

    /** Begins a serializable transaction. */
    public JsonTransaction transaction(TransactionMode mode, String... stores) {
        return transaction(mode, Isolation.SERIALIZABLE, List.of(Objects.requireNonNull(stores, "stores")));
    }

    /** Begins a transaction. One that may write waits for the end of a migration, one that only reads for nobody. */
    public JsonTransaction transaction(TransactionMode mode, Isolation isolation, Collection<String> stores) {
        Database database = current.get();
        boolean reading = Objects.requireNonNull(mode, "mode") == TransactionMode.READ_ONLY;
        Session session = reading ? database.open() : database.openToWrite();
        try {
            Set<String> names = new LinkedHashSet<>(Objects.requireNonNull(stores, "stores"));
            names.forEach(session.catalog()::store);
            return new JsonTransaction(database, session, mode, isolation, names);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /**
     * Runs {@code body} in a serializable transaction and commits it; on conflict it starts over, up to 1,000 times. A
     * body that throws leaves nothing written.
     */
    public <R extends @Nullable Object> R inTransaction(
            TransactionMode mode, Collection<String> stores, Function<JsonTransaction, R> body) {
        Objects.requireNonNull(body, "body");
        for (int failures = 0; ; failures++) {
            try (JsonTransaction transaction = transaction(mode, Isolation.SERIALIZABLE, stores)) {
                R result = body.apply(transaction);
                if (transaction.isOpen()) {
                    transaction.commit();
                }
                return result;
            } catch (ConflictException e) {
                if (failures == MAX_ATTEMPTS) {
                    throw e;
                }
            }
            Database.pause(failures);
        }
    }

    /** Sequence number of the newest commit, from which {@link #changes} can go on later. */
    public long lastSeqno() {
        Database database = current.get();
        database.checkOpen();
        return database.store.lastSeqno();
    }

    /**
     * The committed changes after {@code sinceSeqno}, in order and without a gap. Changes are kept from the first call
     * of this method on, across restarts, as far as {@link JsonLimits#changeRetention()} goes; see
     * {@link ChangeRetention} for what that costs. Expiry is no change. Errors:
     * {@link io.flowdb.error.ChangeGapException} if changes after {@code sinceSeqno} are not kept any more, or it is
     * the number of no commit.
     */
    public ChangeFeed changes(long sinceSeqno) {
        Database database = current.get();
        database.checkOpen();
        database.keepChanges();
        database.changeLog.check(sinceSeqno);
        return ChangeFeed.open(database.changeLog, sinceSeqno);
    }

    /** The committed changes from now on; kept from then on as by {@link #changes(long)}. */
    public ChangeFeed changes() {
        Database database = current.get();
        database.checkOpen();
        database.keepChanges();
        /* While an older commit is under way, the log is not complete up to those that are committed already. */
        long now = Math.max(database.changeLog.completeUpTo(), database.store.lastSeqno());
        return ChangeFeed.open(database.changeLog, now);
    }

    /**
     * Gives the result of {@code query} to {@code listener} now, after commits that have changed it, and within a
     * second after the expiry of a document has. Commits that come while the listener is at work are given out
     * together, with the result after the last of them. Changes are kept in memory for it, as long as the database is
     * open. Errors: {@link IllegalArgumentException} for a query of a transaction or of another database.
     */
    public LiveQuery observe(JsonQuery query, Consumer<List<JsonNode>> listener) {
        Database database = current.get();
        database.checkOpen();
        if (!Objects.requireNonNull(query, "query").isOf(database)) {
            throw new IllegalArgumentException("the query is one of a transaction or of another database");
        }
        LiveQuery live = new LiveQuery(database, query.copy(), listener);
        database.changeLog.watch();
        return live.start();
    }

    /**
     * Stores the documents of an NDJSON text or a JSON array; a document replaces one with the same key. Errors:
     * {@link io.flowdb.error.InvalidQueryException} naming the line of a bad document, with the refusal of the document
     * as its cause, unless those are skipped; also then for an array that is no JSON.
     */
    public ImportResult importJson(String store, InputStream from, ImportOptions options) {
        Database database = current.get();
        StoreDef def = database.catalog().store(store);
        return new JsonImport(this, def, database.limits, options).run(from);
    }

    /**
     * Writes all documents of one state in key order and returns their number; {@code progress} gets it on the way.
     * Errors: {@link io.flowdb.error.StorageException} if {@code to} takes no more.
     */
    public long exportJson(String store, OutputStream to, ExportFormat format, LongConsumer progress) {
        return read(store, reads -> JsonExport.write(reads, to, format, progress));
    }

    /** Compares every index of a store with its documents, entry for entry, in one state. */
    public IndexCheck verifyIndexes(String store) {
        Database database = current.get();
        try (Session session = database.open()) {
            return IndexVerifier.verify(session, session.catalog().store(store));
        }
    }

    private static Writes writes(Database database, Session session, CommitPlan plan, String store) {
        return new Writes(database, plan, session.catalog().store(store), new BroughtKeys());
    }

    /** Reads of the newest state, for one key. */
    private Reads latest(String store) {
        Database database = current.get();
        StoreDef def = database.catalog().store(store);
        return new Reads(database.latest(), def, database.limits);
    }

    private <R extends @Nullable Object> R read(String store, Function<Reads, R> body) {
        return new SnapshotSource(current, store).read(body);
    }

    private Object put(String store, JsonNode document, PutOptions options, boolean add) {
        Database database = current.get();
        Puts puts = Puts.of(database.catalog().store(store), Collections.singletonList(document), add);
        return put(database, store, puts, options).get(0);
    }

    private static List<Object> put(Database database, String store, Puts puts, PutOptions options) {
        return puts.orAsTheyWere(
                () -> database.write((session, plan) -> puts.into(writes(database, session, plan, store), options)));
    }

    @Override
    public Object put(String store, JsonNode document, PutOptions options) {
        return put(store, document, options, false);
    }

    @Override
    public Object add(String store, JsonNode document, PutOptions options) {
        return put(store, document, options, true);
    }

    @Override
    public Object putAuto(String store, ObjectNode document) {
        Database database = current.get();
        Puts puts = Puts.withNewKey(database.catalog().store(store), document);
        return put(database, store, puts, PutOptions.DEFAULT).get(0);
    }

    @Override
    public List<Object> putAll(String store, Collection<? extends JsonNode> documents) {
        Database database = current.get();
        Puts puts = Puts.of(database.catalog().store(store), documents, false);
        return put(database, store, puts, PutOptions.DEFAULT);
    }

    @Override
    public @Nullable JsonNode update(String store, Object key, UnaryOperator<@Nullable JsonNode> change) {
        Database database = current.get();
        Optional<JsonNode> updated = database.write(
                (session, plan) -> Optional.ofNullable(
                        writes(database, session, plan, store).update(key, change)),
                MAX_ATTEMPTS);
        return updated.orElse(null);
    }

    @Override
    public @Nullable JsonNode get(String store, Object key) {
        return latest(store).get(key);
    }

    @Override
    public byte @Nullable [] getRaw(String store, Object key) {
        return latest(store).getRaw(key);
    }

    @Override
    public List<JsonNode> getAll(String store, Collection<?> keys) {
        return read(store, reads -> reads.getAll(keys));
    }

    @Override
    public boolean exists(String store, Object key) {
        return latest(store).exists(key);
    }

    @Override
    public Optional<DocumentMeta> getWithMeta(String store, Object key) {
        return latest(store).getWithMeta(key);
    }

    @Override
    public boolean delete(String store, Object key) {
        Database database = current.get();
        return database.write((session, plan) -> {
            Writes writes = writes(database, session, plan, store);
            return writes.delete(writes.def().documentKey(key, database.limits));
        });
    }

    @Override
    public long deleteRange(String store, KeyRange range) {
        Database database = current.get();
        return new RangeDelete(database, store, range).run();
    }

    @Override
    public long count(String store) {
        Database database = current.get();
        return database.counts.count(database.catalog().store(store));
    }

    @Override
    public long count(String store, KeyRange range) {
        return Objects.requireNonNull(range, "range").isAll() ? count(store) : read(store, reads -> reads.count(range));
    }

    @Override
    public DocumentScan scan(String store, KeyRange range, boolean reverse) {
        JsonQuery.Opened opened = new SnapshotSource(current, store).open();
        try {
            StoreCursor cursor = opened.reads().documents(range, reverse);
            return new CursorScan(opened.reads().def(), cursor, opened.check(), opened.release());
        } catch (RuntimeException | Error e) {
            opened.release().run();
            throw e;
        }
    }

    @Override
    public List<JsonNode> getAll(String store, KeyRange range, int limit) {
        return read(store, reads -> reads.getAll(range, limit));
    }

    @Override
    public List<Object> getAllKeys(String store, KeyRange range, int limit) {
        return read(store, reads -> reads.getAllKeys(range, limit));
    }

    @Override
    public List<JsonNode> getByIndex(String store, String index, @Nullable Object value) {
        return read(store, reads -> reads.getByIndex(index, value));
    }

    @Override
    public List<JsonNode> getByIndex(String store, String index, @Nullable KeyRange range) {
        return read(store, reads -> reads.getByIndex(index, range));
    }

    @Override
    public <T> Object putDoc(String store, T value) {
        return put(store, DocumentCodec.toDocument(value));
    }

    @Override
    public <T> Optional<T> getDoc(String store, Object key, Class<T> type) {
        return latest(store).get(key, type);
    }

    @Override
    public JsonQuery query(String store) {
        Database database = current.get();
        database.catalog().store(store);
        return new JsonQuery(new SnapshotSource(current, store));
    }

    @Override
    public JsonCursor openCursor(String store, KeyRange range, CursorDirection direction) {
        return openCursor(store, range, direction, def -> null);
    }

    @Override
    public JsonCursor openCursor(String store, String index, KeyRange range, CursorDirection direction) {
        return openCursor(store, range, direction, def -> def.index(index));
    }

    private JsonCursor openCursor(
            String store, KeyRange range, CursorDirection direction, Function<StoreDef, @Nullable IndexDef> index) {
        Database database = current.get();
        Session session = database.open();
        try {
            Reads reads = new Reads(session.view(), session.catalog().store(store), database.limits);
            EntryCursor.Target target = new EntryCursor.Target(database::checkOpen, null, session::close);
            return new EntryCursor(reads, index.apply(reads.def()), range, direction, target);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }
}
