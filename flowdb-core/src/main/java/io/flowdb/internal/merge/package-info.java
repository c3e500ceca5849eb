/**
 * Merging of sorted sources: order, snapshot visibility, tombstones, what a flush or compaction keeps. Imports: error,
 * base.
 */
@NullMarked
package io.flowdb.internal.merge;

import org.jspecify.annotations.NullMarked;
