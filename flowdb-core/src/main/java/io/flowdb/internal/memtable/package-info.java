/** Active and frozen memtables. Imports: error, base. */
@NullMarked
package io.flowdb.internal.memtable;

import org.jspecify.annotations.NullMarked;
