/** Accounts and sessions: who sends a request. May import {@code web}. */
@NullMarked
package io.flowdb.sample.auth;

import org.jspecify.annotations.NullMarked;
