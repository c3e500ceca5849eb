package io.flowdb.boot.actuate;

import io.flowdb.error.FlowDbException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link FlowDbEndpoint} over HTTP: an operation that did not do what was asked has another status than 200, and says
 * why.
 */
@EndpointWebExtension(endpoint = FlowDbEndpoint.class)
public final class FlowDbWebEndpoint {
    private final FlowDbEndpoint endpoint;

    /** The operations of {@code endpoint}. */
    public FlowDbWebEndpoint(FlowDbEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** {@link FlowDbEndpoint#run}, with the status of its {@link Ending}; or what it does not know. */
    @WriteOperation
    public WebEndpointResponse<Object> run(@Selector String name, @Nullable String operation) {
        try {
            FlowDbEndpoint.Outcome outcome = endpoint.run(name, operation);
            return new WebEndpointResponse<>(outcome, outcome.ending().status());
        } catch (InvalidEndpointRequestException e) {
            return problem(Ending.UNKNOWN, e);
        }
    }

    /** {@link FlowDbEndpoint#explain}, or why the engine could not. */
    @WriteOperation
    public WebEndpointResponse<Object> explain(
            @Selector String name, @Selector String method, @Nullable String arguments) {
        try {
            return new WebEndpointResponse<>(endpoint.explain(name, method, arguments));
        } catch (InvalidEndpointRequestException e) {
            return problem(Ending.UNKNOWN, e);
        } catch (RuntimeException e) {
            FlowDbException failure = causeOf(e);
            if (failure == null) {
                throw e;
            }
            return problem(Ending.of(failure), failure);
        }
    }

    private static WebEndpointResponse<Object> problem(Ending ending, RuntimeException failure) {
        return new WebEndpointResponse<>(new Problem(ending, String.valueOf(failure.getMessage())), ending.status());
    }

    /** Spring Data has exceptions of its own, with those of the engine behind them. */
    private static @Nullable FlowDbException causeOf(RuntimeException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof FlowDbException failure) {
                return failure;
            }
        }
        return null;
    }

    /**
     * Why there is no answer.
     *
     * @param ending what kind of failure it was
     * @param failed what failed
     */
    public record Problem(Ending ending, String failed) implements OperationResponseBody {}
}
