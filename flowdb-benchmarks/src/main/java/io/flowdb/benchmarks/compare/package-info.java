/** The command {@code compare}: suites, processes, medians, report. Imports: engine, measure. */
@NullMarked
package io.flowdb.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
