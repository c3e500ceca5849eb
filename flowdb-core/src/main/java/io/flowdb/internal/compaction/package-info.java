/**
 * Making tables from memtables and tables: what to merge (a pure function of an SST set), doing it, and dropping what
 * has expired. Imports: error, base, io, cache, storage, sstable, merge, manifest.
 */
@NullMarked
package io.flowdb.internal.compaction;

import org.jspecify.annotations.NullMarked;
