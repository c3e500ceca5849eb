/** Checksummed frames in append-only files, shared by WAL and manifest. Imports: error, base, io. */
@NullMarked
package io.flowdb.internal.frame;

import org.jspecify.annotations.NullMarked;
