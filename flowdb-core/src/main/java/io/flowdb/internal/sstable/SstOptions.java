package io.flowdb.internal.sstable;

import io.flowdb.internal.compress.Codec;

/**
 * How new tables are written.
 *
 * @param blockBytes length from which a data block is finished
 * @param bloomBitsPerKey 0 for no filter
 * @param codec for all blocks
 * @param locatorKeys most keys of a table that has a locator
 */
public record SstOptions(int blockBytes, int bloomBitsPerKey, Codec codec, int locatorKeys) {}
