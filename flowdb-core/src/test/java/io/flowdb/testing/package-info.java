/** A file system in memory that can lose power, run full and fail, for tests of everything above it. */
@NullMarked
package io.flowdb.testing;

import org.jspecify.annotations.NullMarked;
