/**
 * JMH benchmarks of single parts: {@code benchmarks.jar jmh -prof gc}. Imports: check, document, measure, spring.flow,
 * spring.user, io.flowdb and its internal packages.
 */
@NullMarked
package io.flowdb.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
