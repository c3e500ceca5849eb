/** Spring Data repositories of FlowDB and of its peers, each with the same users. */
@NullMarked
package io.flowdb.benchmarks.spring;

import org.jspecify.annotations.NullMarked;
