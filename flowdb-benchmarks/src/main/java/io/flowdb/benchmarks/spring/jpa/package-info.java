/** Spring Data JPA with Hibernate on H2. Imports: spring.user and the peer. */
@NullMarked
package io.flowdb.benchmarks.spring.jpa;

import org.jspecify.annotations.NullMarked;
