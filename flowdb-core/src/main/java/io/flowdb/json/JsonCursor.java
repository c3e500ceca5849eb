package io.flowdb.json;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A cursor over a store or an index, with the semantics of IndexedDB 3.0. It starts before its first entry.
 *
 * <p>In a transaction it sees the transaction's own writes, also those made after it was opened; outside one it walks
 * the state of the moment in which it was opened. Threads: one. Close it. Errors: {@link IllegalStateException} if it
 * is closed, or is asked about an entry and is on none; {@link io.flowdb.error.InvalidQueryException} for a place that
 * does not lie ahead, or is no list of a compound index's values; {@link io.flowdb.error.TransactionClosedException};
 * {@link io.flowdb.error.EngineClosedException}.
 */
public interface JsonCursor extends AutoCloseable {

    /** Moves to the next entry in the cursor's direction; false at the end. */
    boolean next();

    /**
     * Moves to the first entry at or behind {@code key}, which must lie behind the present one; false at the end.
     * IndexedDB's {@code continue(key)}. A list with the first values of a compound key lies before all keys that begin
     * with them.
     */
    boolean continueTo(Object key);

    /**
     * Moves to the first entry at or behind ({@code key}, {@code primaryKey}), which must lie behind the present one;
     * false at the end. For cursors on indexes with direction NEXT or PREV. IndexedDB's {@code continuePrimaryKey}.
     */
    boolean continuePrimaryKey(Object key, Object primaryKey);

    /**
     * Moves by {@code count} entries; false if there are fewer. Errors: {@link IllegalArgumentException} for a count
     * below 1.
     */
    boolean advance(long count);

    /**
     * The key of the present entry: of the index, or the primary key. A compound index gives a list; null is a key of
     * indexes.
     */
    @Nullable
    Object key();

    /** The primary key of the present entry. */
    Object primaryKey();

    /** The document of the present entry, read when it is first asked for; null if it was deleted since. */
    @Nullable
    JsonNode value();

    /**
     * Replaces the present document; its primary key must stay. It expires as after {@link DocumentOperations#update}.
     * In a read-write transaction only, else
     * {@link io.flowdb.error.ReadOnlyTransactionException}.
     */
    void update(JsonNode document);

    /** Deletes the present document. Errors: those of {@link #update}. */
    void delete();

    /** Idempotent. */
    @Override
    void close();
}
