/**
 * The measured databases behind one interface, their options written out. Imports: measure, io.flowdb and the peers.
 */
@NullMarked
package io.flowdb.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
