/** The set of live SSTs and the file that records it. Imports: error, base, io, frame, storage, sstable. */
@NullMarked
package io.flowdb.internal.manifest;

import org.jspecify.annotations.NullMarked;
