/** The demo store of cities: its import and its search. May import {@code web}. */
@NullMarked
package io.flowdb.sample.city;

import org.jspecify.annotations.NullMarked;
