/** Counters, latency histograms and the Prometheus text format. Imports: base. */
@NullMarked
package io.flowdb.internal.stats;

import org.jspecify.annotations.NullMarked;
