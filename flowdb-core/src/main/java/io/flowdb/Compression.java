package io.flowdb;

/** How the blocks of new tables are compressed. Tables written with different settings mix freely. */
public enum Compression {
    /** Blocks are stored as they are. */
    NONE,
    /** LZ4 block format; a block that does not shrink is stored as it is. */
    LZ4
}
