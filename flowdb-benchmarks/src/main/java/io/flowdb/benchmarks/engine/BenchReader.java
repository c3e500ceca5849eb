package io.flowdb.benchmarks.engine;

import org.jspecify.annotations.Nullable;

/** Reads of one thread, each of the newest committed state. */
public interface BenchReader {

    /**
     * The value, if it has the length of {@code into} mostly there, else in an array of its own; null if there is none.
     */
    byte @Nullable [] get(byte[] key, long ts, byte[] into) throws Exception;

    /** Everything, in key order or its reverse. */
    BenchCursor all(boolean reverse) throws Exception;

    /** Everything from {@code key} on. */
    BenchCursor from(byte[] key) throws Exception;

    /** The records whose keys start with {@code prefix}. */
    BenchCursor prefix(byte[] prefix) throws Exception;
}
