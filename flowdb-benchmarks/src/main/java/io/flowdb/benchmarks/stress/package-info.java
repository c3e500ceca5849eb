/** The command {@code stress}: one engine under a mixed load, answers checked. Imports: engine, measure. */
@NullMarked
package io.flowdb.benchmarks.stress;

import org.jspecify.annotations.NullMarked;
