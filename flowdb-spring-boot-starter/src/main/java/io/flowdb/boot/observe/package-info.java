/**
 * What the actuator sees of Spring Data on FlowDB: transactions as observations, slow queries, how query methods are
 * carried out. May import: {@code io.flowdb.boot}, {@code io.flowdb.boot.data}, {@code io.flowdb.boot.actuate},
 * flowdb-spring-data, {@code io.flowdb.json}.
 */
@NullMarked
package io.flowdb.boot.observe;

import org.jspecify.annotations.NullMarked;
