/** The command {@code compare}: suites, processes, medians, report. Imports: check, engine, measure. */
@NullMarked
package io.flowdb.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
