/** What every benchmark needs: data that can be checked, clocks, histograms, sizes. Imports: nothing. */
@NullMarked
package io.flowdb.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
