/** FlowDB and its peers below Spring Data, by name. Imports: spring.user, spring.flow, spring.jdbc, spring.jpa. */
@NullMarked
package io.flowdb.benchmarks.spring;

import org.jspecify.annotations.NullMarked;
