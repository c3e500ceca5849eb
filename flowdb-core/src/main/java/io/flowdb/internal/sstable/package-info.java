/**
 * Sorted tables: blocks, index, filter, footer, writer and reader. Imports: error, base, io, storage, compress, bloom,
 * cache, stats.
 */
@NullMarked
package io.flowdb.internal.sstable;

import org.jspecify.annotations.NullMarked;
