/**
 * The command {@code compare}: suites, processes, medians, report. Imports: check, document, engine, measure, spring
 * and spring.user.
 */
@NullMarked
package io.flowdb.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
