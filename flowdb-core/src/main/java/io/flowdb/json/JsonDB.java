package io.flowdb.json;

import io.flowdb.OrderedStore;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON documents in object stores with indexes, on an {@link OrderedStore}. Threads: any.
 */
public final class JsonDB implements DocumentOperations, AutoCloseable {

    private final OrderedStore store;

    private JsonDB(OrderedStore store) {
        this.store = store;
    }

    /** A database on a store that stays the caller's: closing the database leaves it open. */
    public static JsonDB on(OrderedStore store) {
        return new JsonDB(store);
    }

    /** As {@link #on(OrderedStore)} with other limits. */
    public static JsonDB on(OrderedStore store, JsonLimits limits) {
        return new JsonDB(store);
    }

    /** The store below. */
    public OrderedStore store() {
        return store;
    }

    /** Whether it was not closed. */
    public boolean isOpen() {
        throw todo();
    }

    /** Idempotent. */
    @Override
    public void close() {
        throw todo();
    }

    /** Creates a store; does nothing if an equal one exists. */
    public StoreSchema createObjectStore(String name, String keyPath) {
        throw todo();
    }

    /** Creates a store with its indexes; does nothing if an equal one exists. */
    public StoreSchema createObjectStore(StoreSchema schema) {
        throw todo();
    }

    /** Deletes a store with its documents and indexes, atomically. */
    public void deleteObjectStore(String name) {
        throw todo();
    }

    /** Builds an index from the documents that exist, while reads and writes go on. */
    public void createIndex(String store, IndexSchema index) {
        throw todo();
    }

    /** Deletes an index. */
    public void deleteIndex(String store, String index) {
        throw todo();
    }

    /** Makes the stored schema equal to the wanted one, as far as {@code mode} allows, in one atomic change. */
    public List<SchemaChange> applySchemas(Collection<StoreSchema> wanted, SchemaMode mode) {
        throw todo();
    }

    /** What {@link #applySchemas} would do. */
    public List<SchemaChange> planSchemas(Collection<StoreSchema> wanted, SchemaMode mode) {
        throw todo();
    }

    /** Applies the schema that the annotations of {@code type} describe, in mode UPDATE. */
    public List<SchemaChange> applySchema(Class<?> type) {
        throw todo();
    }

    /** Names of the stores, sorted. */
    public List<String> storeNames() {
        throw todo();
    }

    /** Definition of a store. */
    public StoreSchema getStore(String name) {
        throw todo();
    }

    /** Begins a serializable transaction. */
    public JsonTransaction transaction(TransactionMode mode, String... stores) {
        throw todo();
    }

    /** Begins a transaction. */
    public JsonTransaction transaction(TransactionMode mode, Isolation isolation, Collection<String> stores) {
        throw todo();
    }

    /** Runs {@code body} in a serializable transaction, commits it, and starts over on conflict. */
    public <R extends @Nullable Object> R inTransaction(
            TransactionMode mode, Collection<String> stores, Function<JsonTransaction, R> body) {
        throw todo();
    }

    /** Compares every index of a store with its documents, entry for entry. */
    public IndexCheck verifyIndexes(String store) {
        throw todo();
    }

    @Override
    public Object put(String store, JsonNode document, PutOptions options) {
        throw todo();
    }

    @Override
    public Object add(String store, JsonNode document, PutOptions options) {
        throw todo();
    }

    @Override
    public Object putAuto(String store, ObjectNode document) {
        throw todo();
    }

    @Override
    public List<Object> putAll(String store, Collection<? extends JsonNode> documents) {
        throw todo();
    }

    @Override
    public @Nullable JsonNode update(String store, Object key, UnaryOperator<@Nullable JsonNode> change) {
        throw todo();
    }

    @Override
    public @Nullable JsonNode get(String store, Object key) {
        throw todo();
    }

    @Override
    public byte @Nullable [] getRaw(String store, Object key) {
        throw todo();
    }

    @Override
    public List<JsonNode> getAll(String store, Collection<?> keys) {
        throw todo();
    }

    @Override
    public boolean exists(String store, Object key) {
        throw todo();
    }

    @Override
    public Optional<DocumentMeta> getWithMeta(String store, Object key) {
        throw todo();
    }

    @Override
    public boolean delete(String store, Object key) {
        throw todo();
    }

    @Override
    public long deleteRange(String store, KeyRange range) {
        throw todo();
    }

    @Override
    public long count(String store) {
        throw todo();
    }

    @Override
    public long count(String store, KeyRange range) {
        throw todo();
    }

    @Override
    public DocumentScan scan(String store, KeyRange range, boolean reverse) {
        throw todo();
    }

    @Override
    public List<JsonNode> getAll(String store, KeyRange range, int limit) {
        throw todo();
    }

    @Override
    public List<Object> getAllKeys(String store, KeyRange range, int limit) {
        throw todo();
    }

    @Override
    public List<JsonNode> getByIndex(String store, String index, @Nullable Object value) {
        throw todo();
    }

    @Override
    public List<JsonNode> getByIndex(String store, String index, KeyRange range) {
        throw todo();
    }

    @Override
    public <T> Object putDoc(String store, T value) {
        throw todo();
    }

    @Override
    public <T> Optional<T> getDoc(String store, Object key, Class<T> type) {
        throw todo();
    }

    @Override
    public JsonQuery query(String store) {
        throw todo();
    }

    @Override
    public JsonCursor openCursor(String store, KeyRange range, CursorDirection direction) {
        throw todo();
    }

    @Override
    public JsonCursor openCursor(String store, String index, KeyRange range, CursorDirection direction) {
        throw todo();
    }

    private static UnsupportedOperationException todo() {
        return new UnsupportedOperationException("not built yet");
    }
}
