/** The filter that tells which keys a file cannot hold. Imports: error, base. */
@NullMarked
package io.flowdb.internal.bloom;

import org.jspecify.annotations.NullMarked;
