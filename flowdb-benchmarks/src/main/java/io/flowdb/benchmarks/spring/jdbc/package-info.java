/** Spring Data JDBC on SQLite. */
@NullMarked
package io.flowdb.benchmarks.spring.jdbc;

import org.jspecify.annotations.NullMarked;
