package io.flowdb.sample.auth;

/**
 * The user whose token came with the request. A controller method that has a parameter of this type is called only for
 * such requests; all others are answered with 401 before their body is looked at, if it is the first parameter.
 *
 * @param userId key of the user
 * @param sessionKey key of the session, which a log-out ends
 */
public record SignedIn(String userId, String sessionKey) {}
