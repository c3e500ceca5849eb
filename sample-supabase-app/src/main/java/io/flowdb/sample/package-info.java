/** The sample application: where it starts and what its features share. Imports nothing of them. */
@NullMarked
package io.flowdb.sample;

import org.jspecify.annotations.NullMarked;
