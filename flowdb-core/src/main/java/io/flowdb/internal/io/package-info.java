/**
 * The file system seam: everything the engine does to files goes through {@link io.flowdb.internal.io.FileSystem}.
 * Imports: error, base.
 */
@NullMarked
package io.flowdb.internal.io;

import org.jspecify.annotations.NullMarked;
