/** The command {@code stress}: one engine under a mixed load, answers checked. Imports: check, engine, measure. */
@NullMarked
package io.flowdb.benchmarks.stress;

import org.jspecify.annotations.NullMarked;
