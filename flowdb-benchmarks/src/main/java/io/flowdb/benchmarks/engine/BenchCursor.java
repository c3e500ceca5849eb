package io.flowdb.benchmarks.engine;

/** A walk over records, before its first one. */
public interface BenchCursor extends AutoCloseable {

    /**
     * Moves on and copies the record into these arrays, which have the lengths of the store's keys and values; false at
     * the end. A record of other lengths is an exception.
     */
    boolean next(byte[] key, byte[] value) throws Exception;

    /** The ts of the record; 0 in a store without. */
    long ts();

    @Override
    void close();
}
