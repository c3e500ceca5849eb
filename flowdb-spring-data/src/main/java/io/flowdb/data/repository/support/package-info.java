/**
 * The repository proxy: its factory and the implementation of the basic methods.
 *
 * <p>May import {@code core}, {@code convert}, {@code mapping}, {@code repository} and {@code repository.query}.
 */
@NullMarked
package io.flowdb.data.repository.support;

import org.jspecify.annotations.NullMarked;
