package io.flowdb.data.core;

import org.jspecify.annotations.Nullable;

/**
 * What a commit did to one entity, as far as it may be seen.
 *
 * @param before the entity before; null if there was none, or none that may be seen
 * @param after the entity after; null if it was deleted, or may not be seen any more
 * @param <T> the entity
 */
public record EntityChange<T>(@Nullable T before, @Nullable T after) {}
