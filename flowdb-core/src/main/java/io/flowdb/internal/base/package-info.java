/** Vocabulary of the engine: operations, key order, checks, checksums. Imports: error. */
@NullMarked
package io.flowdb.internal.base;

import org.jspecify.annotations.NullMarked;
