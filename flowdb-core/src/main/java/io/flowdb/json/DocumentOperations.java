package io.flowdb.json;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reading and writing documents, the same inside and outside a transaction: {@link JsonTransaction} does it in the
 * transaction, {@link JsonDB} in a transaction of its own for each call, repeated on conflict.
 *
 * <p>Keys are Java values: {@code String}, {@code Integer}, {@code Long}, {@code BigInteger}, {@code Double},
 * {@code Float}, {@code BigDecimal}, {@code Boolean}, {@link java.time.Instant}, {@code byte[]}, {@code List} of keys,
 * or a {@link JsonNode} that holds such a value. A key that is read back is a {@code String}, a {@code Long}, a
 * {@code Double} or {@code BigDecimal} if it is no {@code long}, a {@code Boolean}, an {@code Instant}, a
 * {@code byte[]} or a {@code List}. Order: null, false, true, numbers by value, dates, text by UTF-16 code unit,
 * binary, arrays.
 *
 * <p>No value of a document is a date or binary, as JSON has neither: an {@code Instant} or a {@code byte[]} equals
 * none, and as a bound it only has its place in that order. What {@link #putDoc} writes for them is text, as
 * {@code Instant.toString()} and Base64 give it, and is found by such a {@code String}.
 *
 * <p>Errors of every method: {@link io.flowdb.error.StoreNotFoundException},
 * {@link io.flowdb.error.IndexNotFoundException}, {@link io.flowdb.error.InvalidKeyException},
 * {@link io.flowdb.error.EngineClosedException}; of every write also {@link io.flowdb.error.MissingKeyException},
 * {@link io.flowdb.error.UniqueViolationException}, {@link io.flowdb.error.LimitExceededException}. What is no JSON at
 * all is an {@link IllegalArgumentException}: a number that is not finite, half a surrogate pair in a property name, a
 * value that Jackson cannot write. Nothing is written when one is thrown. Documents are copied by writing them;
 * returned documents are the caller's own.
 *
 * <p>Threads: any for {@link JsonDB}, one at a time for {@link JsonTransaction}.
 */
public interface DocumentOperations {

    /** Stores a document, replacing the one with the same key and its expiry, and returns its key. */
    default Object put(String store, JsonNode document) {
        return put(store, document, PutOptions.DEFAULT);
    }

    /**
     * Stores a document with a time to live of its own. In an auto-increment store a document without a key gets one,
     * also in {@code document} itself; if the call fails, that is as it was before.
     */
    Object put(String store, JsonNode document, PutOptions options);

    /** As {@link #put}, but an existing key is a {@link io.flowdb.error.DocumentExistsException}. */
    default Object add(String store, JsonNode document) {
        return add(store, document, PutOptions.DEFAULT);
    }

    /** As {@link #add(String, JsonNode)} with a time to live of its own. */
    Object add(String store, JsonNode document, PutOptions options);

    /**
     * Stores a document of an auto-increment store under a new key, whatever it held at its key path, and sets it
     * there; if the call fails, the document is as it was before. Errors:
     * {@link io.flowdb.error.SchemaConflictException} if the store makes no keys.
     *
     * @return the new key, a {@code Long}
     */
    Object putAuto(String store, ObjectNode document);

    /**
     * Stores documents in one atomic batch and returns their keys in order; of two with the same key the later one
     * stays. As with {@link #put}, generated keys are set in the documents, unless the call fails.
     */
    List<Object> putAll(String store, Collection<? extends JsonNode> documents);

    /**
     * Replaces a document by what {@code change} makes of it, atomically. The function may be called several times; the
     * document it is given is its own to modify. A null result leaves the document alone. The time to live of the
     * store, or of the configuration, starts anew; if neither has one, the document keeps the expiry it has. Errors:
     * {@link io.flowdb.error.ConflictException} if something else wrote the document during each of 1,000 attempts, as
     * {@code change} itself does if it writes it by another call.
     *
     * @return the new document, or null if there is none with this key or {@code change} returned null
     */
    @Nullable
    JsonNode update(String store, Object key, UnaryOperator<@Nullable JsonNode> change);

    /**
     * Applies a JSON Merge Patch (RFC 7396) atomically.
     *
     * @return the new document, or null if there is none with this key
     */
    @Nullable
    default JsonNode patch(String store, Object key, JsonNode mergePatch) {
        return update(store, key, document -> MergePatch.apply(store, document, mergePatch));
    }

    /** The document with this key, or null. */
    @Nullable
    JsonNode get(String store, Object key);

    /** The document with this key as UTF-8 JSON text, without parsing it, or null. */
    byte @Nullable [] getRaw(String store, Object key);

    /** The documents with these keys that exist, in the order of the keys, from one state. */
    List<JsonNode> getAll(String store, Collection<?> keys);

    /** Whether there is a document with this key. */
    boolean exists(String store, Object key);

    /** The document with sequence number, time of writing and expiry. */
    Optional<DocumentMeta> getWithMeta(String store, Object key);

    /** Deletes a document; false if there was none. */
    boolean delete(String store, Object key);

    /** Deletes the documents whose keys lie in {@code range}, atomically, and returns their number. */
    long deleteRange(String store, KeyRange range);

    /** Deletes every document of the store, atomically, and returns their number. */
    default long clear(String store) {
        return deleteRange(store, KeyRange.all());
    }

    /** Number of documents. Near O(1) outside transactions, once counted, unless documents expire. */
    long count(String store);

    /** Number of documents whose keys lie in {@code range}; reads keys only. */
    long count(String store, KeyRange range);

    /** All documents in key order. */
    default DocumentScan scan(String store) {
        return scan(store, KeyRange.all(), false);
    }

    /** The documents whose keys lie in {@code range}, in key order or against it. */
    DocumentScan scan(String store, KeyRange range, boolean reverse);

    /** The first {@code limit} documents of {@code range}, in key order. */
    List<JsonNode> getAll(String store, KeyRange range, int limit);

    /** The first {@code limit} keys of {@code range}, in order; reads no documents. */
    List<Object> getAllKeys(String store, KeyRange range, int limit);

    /**
     * The documents with this index key, in (index key, primary key) order.
     *
     * @param value for a compound index a list of values: all of them, or the leading ones
     */
    List<JsonNode> getByIndex(String store, String index, @Nullable Object value);

    /**
     * The documents whose index keys lie in {@code range}, each once, in (index key, primary key) order.
     *
     * @param range null, which the compiler takes for a range, stands for the value null
     */
    List<JsonNode> getByIndex(String store, String index, @Nullable KeyRange range);

    /** The documents with index keys from {@code start} (inclusive) to {@code end} (exclusive); null for unbounded. */
    default List<JsonNode> rangeByIndex(String store, String index, @Nullable Object start, @Nullable Object end) {
        return getByIndex(store, index, KeyRange.halfOpen(start, end));
    }

    /** Stores a value as the JSON document that Jackson makes of it. */
    <T> Object putDoc(String store, T value);

    /**
     * The document with this key, read as {@code type}. Errors:
     * {@link io.flowdb.error.InvalidQueryException} if it is none, with what Jackson says as its cause.
     */
    <T> Optional<T> getDoc(String store, Object key, Class<T> type);

    /** As {@link #delete}. */
    default boolean deleteDoc(String store, Object key) {
        return delete(store, key);
    }

    /** A query over a store. */
    JsonQuery query(String store);

    /** A cursor over the documents of a store. */
    JsonCursor openCursor(String store, KeyRange range, CursorDirection direction);

    /** A cursor over an index. */
    JsonCursor openCursor(String store, String index, KeyRange range, CursorDirection direction);
}
