/** Every exception that a caller of FlowDB can meet. Imports nothing of FlowDB. */
@NullMarked
package io.flowdb.error;

import org.jspecify.annotations.NullMarked;
