/** Block compression. Imports: error, base. */
@NullMarked
package io.flowdb.internal.compress;

import org.jspecify.annotations.NullMarked;
