/**
 * JSON documents with keys, indexes, queries and serializable transactions on an ordered store.
 * Imports: annotation, error, base, io.flowdb, internal.json.
 */
@NullMarked
package io.flowdb.json;

import org.jspecify.annotations.NullMarked;
