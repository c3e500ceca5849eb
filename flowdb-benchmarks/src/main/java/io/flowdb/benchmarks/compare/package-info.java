/** The command {@code compare}: suites, processes, medians, report. Imports: check, document, engine, measure, spring. */
@NullMarked
package io.flowdb.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
