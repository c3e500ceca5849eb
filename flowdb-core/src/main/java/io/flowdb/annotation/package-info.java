/** Marks classes and records as documents of an object store. Imports: nothing. */
@NullMarked
package io.flowdb.annotation;

import org.jspecify.annotations.NullMarked;
