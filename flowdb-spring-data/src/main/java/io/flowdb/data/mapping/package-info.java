/**
 * What is known of an entity class: its store, its properties and their names in the document.
 *
 * <p>May import {@code io.flowdb.annotation}.
 */
@NullMarked
package io.flowdb.data.mapping;

import org.jspecify.annotations.NullMarked;
