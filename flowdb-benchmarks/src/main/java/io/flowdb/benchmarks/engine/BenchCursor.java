package io.flowdb.benchmarks.engine;

/** A walk over records, before its first one. What the getters return is overwritten by {@link #next}. */
public interface BenchCursor extends AutoCloseable {

    /** Has values put into these arrays, one a record from the first one on; each has the length of a value, and there are as many as records are met. */
    void valuesInto(byte[][] arrays);

    /** Moves on; false at the end. */
    boolean next() throws Exception;

    /** An array that begins with the key and may be longer. */
    byte[] key();

    /** Length of the key within {@link #key}. */
    int keyLength();

    /** The ts of the record; 0 in a store without. */
    long ts();

    /** The value. */
    byte[] value();

    @Override
    void close();
}
