/** Where SST bytes live: one file each. Imports: error, base, io. */
@NullMarked
package io.flowdb.internal.storage;

import org.jspecify.annotations.NullMarked;
