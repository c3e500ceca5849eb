/**
 * What an application's repository interfaces extend and are annotated with.
 *
 * <p>May import nothing of FlowDB.
 */
@NullMarked
package io.flowdb.data.repository;

import org.jspecify.annotations.NullMarked;
