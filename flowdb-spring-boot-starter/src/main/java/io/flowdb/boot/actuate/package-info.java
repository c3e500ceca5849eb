/**
 * Health, metrics and the actuator's endpoint. May import: {@code io.flowdb.boot}, {@code io.flowdb},
 * {@code io.flowdb.error}, {@code io.flowdb.json}.
 */
@NullMarked
package io.flowdb.boot.actuate;

import org.jspecify.annotations.NullMarked;
