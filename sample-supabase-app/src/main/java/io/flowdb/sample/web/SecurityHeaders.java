package io.flowdb.sample.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Puts on every answer the headers that keep a browser from doing more with it than the page needs. */
@Component
@Order(SecurityHeaders.ORDER)
final class SecurityHeaders extends OncePerRequestFilter {
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

    /** The page runs its own files only, and its scripts cannot turn text into markup. */
    private static final String CONTENT_POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // The path as the routes see it: decoded, and without parameters. The URI may spell it otherwise.
        boolean data = request.getServletPath().startsWith("/api/");
        boolean error = request.getDispatcherType() == DispatcherType.ERROR;
        put(response, data || error ? "no-store" : "no-cache");
        chain.doFilter(request, response);
    }

    /** Some errors are found before any filter. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    /** On an answer that this filter does not see. */
    static void put(HttpServletResponse response, String cacheControl) {
        response.setHeader("Content-Security-Policy", CONTENT_POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
        response.setHeader(HttpHeaders.CACHE_CONTROL, cacheControl);
    }
}
