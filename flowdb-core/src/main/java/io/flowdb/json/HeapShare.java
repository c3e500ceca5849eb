package io.flowdb.json;

/**
 * What one operation may take of the heap, where nothing else bounds it: more ends in a typed error, as the JVM would
 * end in an {@link OutOfMemoryError}.
 */
final class HeapShare {
    /** A quarter of the largest heap of this JVM, in bytes: what an operation holds itself. */
    static final long BYTES = Runtime.getRuntime().maxMemory() / 4;

    /** Half of that: what goes into one commit, of which the batch and the memtable have copies. */
    static final long COMMIT_BYTES = BYTES / 2;

    private HeapShare() {}
}
