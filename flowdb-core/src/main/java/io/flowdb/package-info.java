/**
 * The storage engine: keys with timestamps, snapshots, atomic batches. Imports: error and every internal engine
 * package.
 */
@NullMarked
package io.flowdb;

import org.jspecify.annotations.NullMarked;
