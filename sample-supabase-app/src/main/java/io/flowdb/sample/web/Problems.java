package io.flowdb.sample.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.validation.FieldError;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;

/**
 * Turns every exception of a request into an answer {@code application/problem+json}. Bad fields are named in the
 * property {@code errors}, a list of {@link InvalidField}. What the client cannot have caused is logged and told
 * without detail.
 */
@RestControllerAdvice
final class Problems extends ResponseEntityExceptionHandler {
    static final String ERRORS = "errors";

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ResponseEntity<Object> conflict(ConcurrencyFailureException exception, WebRequest request) {
        return answer(exception, HttpStatus.CONFLICT, "Somebody changed this at the same time. Try again.", request);
    }

    /** A query string that is not UTF-8, for one. */
    @ExceptionHandler
    ResponseEntity<Object> badParameter(InvalidParameterException exception, WebRequest request) {
        return answer(exception, HttpStatus.BAD_REQUEST, "The parameters cannot be read.", request);
    }

    @ExceptionHandler({
        DataAccessResourceFailureException.class,
        TransientDataAccessResourceException.class,
        CannotCreateTransactionException.class
    })
    ResponseEntity<Object> storeUnavailable(RuntimeException exception, WebRequest request) {
        log.error("The store does not answer {}", request.getDescription(false), exception);
        return answer(exception, HttpStatus.SERVICE_UNAVAILABLE, "The store is not available.", request);
    }

    /** Spring looks at the type of a body when it converts it, and finds a wildcard an error of its own. */
    @ExceptionHandler
    ResponseEntity<Object> wildcardType(IllegalArgumentException exception, WebRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return type != null && type.contains("*")
                ? answer(exception, HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The type of the body is no type.", request)
                : unexpected(exception, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception exception, WebRequest request) {
        log.error("Failed to answer {}", request.getDescription(false), exception);
        return answer(exception, HttpStatus.INTERNAL_SERVER_ERROR, "The server could not answer.", request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return invalid(exception, fieldsOf(exception.getBindingResult().getFieldErrors()), request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException exception,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        List<InvalidField> fields = new ArrayList<>();
        for (ParameterValidationResult result : exception.getParameterValidationResults()) {
            if (result instanceof ParameterErrors body) {
                fields.addAll(fieldsOf(body.getFieldErrors()));
            } else {
                String name = String.valueOf(result.getMethodParameter().getParameterName());
                for (MessageSourceResolvable error : result.getResolvableErrors()) {
                    fields.add(new InvalidField(name, messageOf(error)));
                }
            }
        }
        return invalid(exception, fields, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (exception instanceof MethodArgumentTypeMismatchException parameter) {
            return invalid(
                    exception, List.of(new InvalidField(parameter.getName(), "cannot have this value")), request);
        }
        return super.handleTypeMismatch(exception, headers, status, request);
    }

    /** Jackson knows the path to a value of the wrong type; to text that is no JSON at all there is none. */
    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (exception.getCause() instanceof JacksonException mismatch
                && !mismatch.getPath().isEmpty()) {
            return invalid(exception, List.of(new InvalidField(pathOf(mismatch), "cannot have this value")), request);
        }
        return answer(exception, HttpStatus.BAD_REQUEST, "The body is not the JSON object expected here.", request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(exception, HttpStatus.NOT_FOUND, "There is nothing at this path.", request);
    }

    /**
     * Every answer of this class comes by here. Its type is set, so that nobody looks for one in {@code Accept}, which
     * may be garbage, and its instance, which Spring would make of any path.
     */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem && request instanceof ServletWebRequest asked) {
            problem.setInstance(instance(asked.getRequest().getRequestURI()));
        }
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body);
    }

    /** The path of a request, which may be none that a URI has. */
    static URI instance(String path) {
        try {
            return new URI(path.startsWith("//") ? "/." + path : path); // RFC 3986, 3.3: else it begins with a host
        } catch (URISyntaxException e) {
            return URI.create("/");
        }
    }

    private ResponseEntity<Object> invalid(Exception exception, List<InvalidField> fields, WebRequest request) {
        List<String> names =
                fields.stream().map(InvalidField::field).distinct().sorted().toList();
        ProblemDetail body = ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST, "Not valid: " + String.join(", ", names) + ".");
        body.setProperty(ERRORS, fields);
        return respond(exception, body, request);
    }

    private ResponseEntity<Object> answer(Exception exception, HttpStatus status, String detail, WebRequest request) {
        return respond(exception, ProblemDetail.forStatusAndDetail(status, detail), request);
    }

    private ResponseEntity<Object> respond(Exception exception, ProblemDetail body, WebRequest request) {
        HttpStatusCode status = HttpStatusCode.valueOf(body.getStatus());
        ResponseEntity<Object> response = handleExceptionInternal(exception, body, new HttpHeaders(), status, request);
        // Null when the response has begun already: there is nothing left to say.
        return response == null ? new ResponseEntity<>(status) : response;
    }

    private static List<InvalidField> fieldsOf(List<FieldError> errors) {
        return errors.stream()
                .map(error -> new InvalidField(error.getField(), messageOf(error)))
                .toList();
    }

    private static String messageOf(MessageSourceResolvable error) {
        String message = error.getDefaultMessage();
        return message == null ? "is not valid" : message;
    }

    private static String pathOf(JacksonException mismatch) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : mismatch.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }
}
