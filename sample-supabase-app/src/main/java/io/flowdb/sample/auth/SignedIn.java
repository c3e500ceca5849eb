package io.flowdb.sample.auth;

import java.util.Optional;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * The user whose token came with the request. A controller method that has a parameter of this type is called only for
 * such requests; all others are answered with 401 before their body is parsed, if it is the first parameter.
 *
 * @param userId key of the user
 * @param sessionKey key of the session, which a log-out ends
 */
public record SignedIn(String userId, String sessionKey) {
    private static final String ATTRIBUTE = SignedIn.class.getName();

    /**
     * Who sent the request that this thread answers. Empty outside of requests, and as long as no method has asked for
     * it.
     */
    public static Optional<SignedIn> current() {
        RequestAttributes request = RequestContextHolder.getRequestAttributes();
        return request == null
                ? Optional.empty()
                : Optional.ofNullable((SignedIn) request.getAttribute(ATTRIBUTE, RequestAttributes.SCOPE_REQUEST));
    }

    /** Says so for the rest of the request. */
    SignedIn in(RequestAttributes request) {
        request.setAttribute(ATTRIBUTE, this, RequestAttributes.SCOPE_REQUEST);
        return this;
    }
}
