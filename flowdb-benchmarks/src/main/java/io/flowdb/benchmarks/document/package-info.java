/**
 * Document databases behind one interface, and users whose documents can be checked. Imports: engine, measure,
 * io.flowdb and the peers.
 */
@NullMarked
package io.flowdb.benchmarks.document;

import org.jspecify.annotations.NullMarked;
