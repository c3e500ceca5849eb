/** Records that every engine stores in the same way and whose answers can be checked. Imports: engine, measure. */
@NullMarked
package io.flowdb.benchmarks.check;

import org.jspecify.annotations.NullMarked;
