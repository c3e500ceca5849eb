/** The block cache. Imports: error, base. */
@NullMarked
package io.flowdb.internal.cache;

import org.jspecify.annotations.NullMarked;
