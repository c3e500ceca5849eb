package io.flowdb.benchmarks.engine;

/** What an acknowledged write survives. */
public enum Durability {
    /** The write may still be in the process: a kill loses the last second. */
    PROCESS("in process, lost by a kill"),
    /** The operating system has the write: it survives a kill, not a power loss. */
    OS("handed to the OS, no fsync"),
    /** The write was forced to stable storage. */
    FSYNC("fsync on every commit");

    private final String meaning;

    Durability(String meaning) {
        this.meaning = meaning;
    }

    /** For the reader of a table. */
    public String meaning() {
        return meaning;
    }
}
