/** Spring Data JDBC on SQLite. Imports: spring.user and the peer. */
@NullMarked
package io.flowdb.benchmarks.spring.jdbc;

import org.jspecify.annotations.NullMarked;
