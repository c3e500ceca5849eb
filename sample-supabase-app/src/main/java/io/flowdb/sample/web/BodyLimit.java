package io.flowdb.sample.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Refuses bodies over 1 MB, declared or chunked. The body is read before anything looks at it, so that no parser ever
 * works on the beginning of one that is too long.
 */
@Component
@Order(BodyLimit.ORDER)
final class BodyLimit extends OncePerRequestFilter {
    /** After {@link SecurityHeaders}, before all that read. */
    static final int ORDER = SecurityHeaders.ORDER + 1;

    static final int LIMIT_BYTES = 1_000_000;

    private final HandlerExceptionResolver problems;

    BodyLimit(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > LIMIT_BYTES) {
            refuse(request, response, ApiException.bodyTooLarge(LIMIT_BYTES));
            return;
        }
        byte[] body;
        try {
            body = request.getInputStream().readNBytes(LIMIT_BYTES + 1);
        } catch (IOException broken) {
            refuse(request, response, ApiException.bodyUnreadable(broken));
            return;
        }
        if (body.length > LIMIT_BYTES) {
            refuse(request, response, ApiException.bodyTooLarge(LIMIT_BYTES));
        } else {
            chain.doFilter(body.length == 0 ? request : new ReadAlready(request, body), response);
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, ApiException answer) {
        problems.resolveException(request, response, null, answer);
    }

    /** The request with its body in memory. */
    private static final class ReadAlready extends HttpServletRequestWrapper {
        private final ServletInputStream body;

        ReadAlready(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = new BytesInput(body);
        }

        @Override
        public ServletInputStream getInputStream() {
            return body;
        }

        @Override
        public BufferedReader getReader() {
            return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        }
    }

    private static final class BytesInput extends ServletInputStream {
        private final ByteArrayInputStream bytes;

        BytesInput(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return bytes.read(target, offset, length);
        }

        @Override
        public int available() {
            return bytes.available();
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException("The body is in memory; read it.");
        }
    }
}
