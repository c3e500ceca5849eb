/**
 * Query methods of repositories, turned into filters and index scans.
 *
 * <p>May import {@code core}, {@code convert}, {@code mapping} and {@code repository}.
 */
@NullMarked
package io.flowdb.data.repository.query;

import org.jspecify.annotations.NullMarked;
