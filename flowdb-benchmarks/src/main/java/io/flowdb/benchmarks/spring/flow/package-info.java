/** FlowDB's Spring Data module. */
@NullMarked
package io.flowdb.benchmarks.spring.flow;

import org.jspecify.annotations.NullMarked;
