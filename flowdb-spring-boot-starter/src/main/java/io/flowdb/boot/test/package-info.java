/**
 * Tests of the data layer alone: {@link io.flowdb.boot.test.DataFlowDbTest}. Needs the test libraries of Spring Boot,
 * which an application has in its test scope. May import: {@code io.flowdb}, {@code io.flowdb.boot},
 * {@code io.flowdb.boot.data}.
 */
@NullMarked
package io.flowdb.boot.test;

import org.jspecify.annotations.NullMarked;
