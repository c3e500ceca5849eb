/** What is common to all requests: error answers, limits, headers. May import Spring only. */
@NullMarked
package io.flowdb.sample.web;

import org.jspecify.annotations.NullMarked;
