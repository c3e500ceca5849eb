/**
 * Finds repository interfaces and registers a bean for each.
 *
 * <p>May import {@code repository.support} and everything it may.
 */
@NullMarked
package io.flowdb.data.repository.config;

import org.jspecify.annotations.NullMarked;
