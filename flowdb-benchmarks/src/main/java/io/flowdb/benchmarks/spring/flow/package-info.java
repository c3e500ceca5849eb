/** FlowDB's Spring Data module. Imports: spring.user and io.flowdb. */
@NullMarked
package io.flowdb.benchmarks.spring.flow;

import org.jspecify.annotations.NullMarked;
