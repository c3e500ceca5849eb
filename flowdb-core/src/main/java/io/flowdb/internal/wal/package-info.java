/** The write-ahead log: segments, append, sync, rotate, replay. Imports: error, base, io, frame. */
@NullMarked
package io.flowdb.internal.wal;

import org.jspecify.annotations.NullMarked;
