/**
 * Auto-configuration of FlowDB: {@code flowdb.*} properties, the engine's life within the application context, start-up
 * reports. May import: {@code io.flowdb}, {@code io.flowdb.error}, {@code io.flowdb.json}.
 */
@NullMarked
package io.flowdb.boot;

import org.jspecify.annotations.NullMarked;
