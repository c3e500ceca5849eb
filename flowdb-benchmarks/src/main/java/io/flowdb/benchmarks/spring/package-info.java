/** Spring Data repositories of FlowDB and of its peers, each with the same users. Imports: spring.flow, spring.jdbc, spring.jpa, whose types it names in one place. */
@NullMarked
package io.flowdb.benchmarks.spring;

import org.jspecify.annotations.NullMarked;
