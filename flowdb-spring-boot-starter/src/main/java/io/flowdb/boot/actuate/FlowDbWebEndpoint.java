package io.flowdb.boot.actuate;

import io.flowdb.error.FlowDbException;
import org.jspecify.annotations.Nullable;
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

    /** {@link FlowDbEndpoint#run}, with the status of its {@link Ending}. */
    @WriteOperation
    public WebEndpointResponse<FlowDbEndpoint.Outcome> run(@Selector String name, @Nullable Operation operation) {
        FlowDbEndpoint.Outcome outcome = endpoint.run(name, operation);
        return new WebEndpointResponse<>(outcome, outcome.ending().status());
    }

    /** {@link FlowDbEndpoint#explain}, or why the engine could not. */
    @WriteOperation
    public WebEndpointResponse<Object> explain(
            @Selector String name, @Selector String method, @Nullable String arguments) {
        try {
            return new WebEndpointResponse<>(endpoint.explain(name, method, arguments));
        } catch (RuntimeException e) {
            FlowDbException failure = causeOf(e);
            if (failure == null) {
                throw e;
            }
            Problem problem = new Problem(Ending.of(failure), String.valueOf(failure.getMessage()));
            return new WebEndpointResponse<>(problem, problem.ending().status());
        }
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
    public record Problem(Ending ending, String failed) {}
}
