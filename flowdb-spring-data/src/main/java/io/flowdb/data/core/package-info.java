/**
 * The template, the transaction manager and the translation of exceptions.
 *
 * <p>May import {@code mapping}, {@code convert}, {@code io.flowdb}, {@code io.flowdb.json} and
 * {@code io.flowdb.error}.
 */
@NullMarked
package io.flowdb.data.core;

import org.jspecify.annotations.NullMarked;
