package io.flowdb.json;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A transaction over some stores: reads the state of its begin and its own writes, and commits all or nothing. Closing it without
 * commit aborts it. Threads: one at a time.
 */
public final class JsonTransaction implements DocumentOperations, AutoCloseable {

    JsonTransaction() {}

    /** Makes the writes visible and durable; a {@link io.flowdb.error.ConflictException} leaves nothing written and the transaction aborted. */
    public void commit() {
        throw todo();
    }

    /** Forgets the writes. */
    public void abort() {
        throw todo();
    }

    /** Aborts if the transaction is open. Idempotent. */
    @Override
    public void close() {
        throw todo();
    }

    /** Marks the present point. */
    public Savepoint savepoint() {
        throw todo();
    }

    /** Takes back every write made since {@code savepoint}, which stays valid. */
    public void rollbackTo(Savepoint savepoint) {
        throw todo();
    }

    /** Whether it was neither committed nor aborted. */
    public boolean isOpen() {
        throw todo();
    }

    /** What it may do. */
    public TransactionMode mode() {
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
