/** A user's todo list. May import {@code auth}, {@code web}. */
@NullMarked
package io.flowdb.sample.todo;

import org.jspecify.annotations.NullMarked;
