/**
 * Entities to JSON documents and back, and the frozen canonical forms of values.
 *
 * <p>May import {@code mapping}.
 */
@NullMarked
package io.flowdb.data.convert;

import org.jspecify.annotations.NullMarked;
