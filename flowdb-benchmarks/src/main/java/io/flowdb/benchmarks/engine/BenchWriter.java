package io.flowdb.benchmarks.engine;

/** Writes of one thread. Arrays may be reused by the caller as soon as a method returns. */
public interface BenchWriter extends AutoCloseable {

    /** Adds a record to the batch. */
    void add(byte[] key, long ts, byte[] value) throws Exception;

    /** Commits the batch and empties it. */
    void commit() throws Exception;

    /** Commits one record, past the batch. */
    void put(byte[] key, long ts, byte[] value) throws Exception;

    /** Commits the delete of one record, past the batch. */
    void delete(byte[] key, long ts) throws Exception;

    @Override
    void close();
}
