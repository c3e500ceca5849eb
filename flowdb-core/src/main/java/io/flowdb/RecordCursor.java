package io.flowdb;

/**
 * A walk over records in (key, ts) order, or its reverse, that allocates nothing for a record: {@link #copyKey} and
 * {@link #copyValue} fill the caller's arrays. The walk holds back the space of replaced tables: close it soon.
 * Threads: one at a time.
 *
 * <p>The getters speak of the record that {@link #next()} moved to, until it is called again or the walk is closed.
 * Before the first call they throw {@link IllegalStateException}. They do not look whether the engine is open, as that
 * would cost every record something: once it is closed, the current record can still be read, and {@link #next()}
 * throws {@link io.flowdb.error.EngineClosedException}.
 */
public interface RecordCursor extends StoreCursor {

    /** Timestamp of the current record. */
    long ts();
}
