package io.flowdb.sample.web;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * Ends a request with an error answer in the form of RFC 9457. Nothing in it comes from inside the server: the text is
 * written for the client.
 */
public final class ApiException extends ErrorResponseException {
    private ApiException(HttpStatus status, String detail, @Nullable Throwable cause) {
        super(status, ProblemDetail.forStatusAndDetail(status, detail), cause);
    }

    /** 401: the request does not say, or not truly, who sends it. */
    public static ApiException unauthorized(String detail) {
        ApiException exception = new ApiException(HttpStatus.UNAUTHORIZED, detail, null);
        exception.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        return exception;
    }

    /** 404: there is no such thing for this client. */
    public static ApiException notFound(String detail) {
        return new ApiException(HttpStatus.NOT_FOUND, detail, null);
    }

    /** 409: the value of one field is taken. */
    public static ApiException taken(InvalidField field, Throwable cause) {
        ApiException exception =
                new ApiException(HttpStatus.CONFLICT, field.field() + " " + field.message() + ".", cause);
        exception.getBody().setProperty(Problems.ERRORS, List.of(field));
        return exception;
    }

    /** 412: it is not any more what the client would change. */
    static ApiException changed() {
        return new ApiException(HttpStatus.PRECONDITION_FAILED, "Somebody has changed this. Read it again.", null);
    }

    /** 429: the client may try again after {@code wait}, rounded up to seconds. */
    public static ApiException tooManyAttempts(Duration wait) {
        long seconds = wait.plusMillis(999).toSeconds();
        ApiException exception = new ApiException(
                HttpStatus.TOO_MANY_REQUESTS, "Too many attempts. Try again in " + seconds + " seconds.", null);
        exception.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        return exception;
    }

    /** 413: the body is longer than {@code limitBytes}. */
    static ApiException bodyTooLarge(long limitBytes) {
        return new ApiException(
                HttpStatus.CONTENT_TOO_LARGE, "The body may have at most " + limitBytes + " bytes.", null);
    }

    /** 400: the client went away or sent a body that is no HTTP. */
    static ApiException bodyUnreadable(Throwable cause) {
        return new ApiException(HttpStatus.BAD_REQUEST, "The body could not be read.", cause);
    }
}
