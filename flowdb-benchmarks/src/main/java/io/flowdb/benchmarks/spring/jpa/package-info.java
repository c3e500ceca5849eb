/** Spring Data JPA with Hibernate on H2. */
@NullMarked
package io.flowdb.benchmarks.spring.jpa;

import org.jspecify.annotations.NullMarked;
