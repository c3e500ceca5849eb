/**
 * Users, their repository and its application context, the same for each of the stores. Imports: none of the others.
 */
@NullMarked
package io.flowdb.benchmarks.spring.user;

import org.jspecify.annotations.NullMarked;
