/** Entry point of the benchmark jar. Imports: compare, stress, micro. */
@NullMarked
package io.flowdb.benchmarks;

import org.jspecify.annotations.NullMarked;
