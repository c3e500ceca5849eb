package io.flowdb.benchmarks.engine;

/**
 * An open database under test. Threads: any; writers, readers and cursors belong to one thread each.
 *
 * <p>Errors are those of the engine, unchanged: a benchmark does not go on after one.
 */
public interface BenchStore extends AutoCloseable {

    /** A writer for the calling thread. */
    BenchWriter writer();

    /** A reader for the calling thread. */
    BenchReader reader();

    /** Writes what is in memory to the engine's tables. */
    void flush() throws Exception;

    /** Rewrites the whole database into its most compact form; false if the engine cannot. */
    boolean compact() throws Exception;

    /** Flushes and waits until no background work is left. */
    void settle() throws Exception;

    /** What the engine itself says about stalled writers. */
    Stalls stalls() throws Exception;

    @Override
    void close() throws Exception;

    /**
     * Writers that the engine made wait for its background work.
     *
     * @param count how many times; negative if the engine does not tell
     * @param nanos how long in sum; negative if the engine does not tell
     */
    record Stalls(long count, long nanos) {
        /** The engine does not tell. */
        public static final Stalls UNKNOWN = new Stalls(-1, -1);
    }
}
