/** Active and frozen memtables. Imports: base. */
@NullMarked
package io.flowdb.internal.memtable;

import org.jspecify.annotations.NullMarked;
