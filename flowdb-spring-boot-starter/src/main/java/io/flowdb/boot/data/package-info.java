/**
 * Auto-configuration of Spring Data on FlowDB: mapping, template, repositories, transactions, schema. May import:
 * {@code io.flowdb.boot}, {@code flowdb-spring-data}, {@code io.flowdb}, {@code io.flowdb.error},
 * {@code io.flowdb.json}, {@code io.flowdb.annotation}.
 */
@NullMarked
package io.flowdb.boot.data;

import org.jspecify.annotations.NullMarked;
