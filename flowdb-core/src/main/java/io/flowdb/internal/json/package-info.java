/** Bytes of the document layer: sortable keys, key layout, key paths, document codec. Imports: error, base. */
@NullMarked
package io.flowdb.internal.json;

import org.jspecify.annotations.NullMarked;
