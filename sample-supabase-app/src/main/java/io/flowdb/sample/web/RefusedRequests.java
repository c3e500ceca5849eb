package io.flowdb.sample.web;

import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * Answers, in the same form as {@link Problems}, what Tomcat refuses before any filter sees it: a path that cannot be
 * decoded, headers that are too long, a line that is no HTTP.
 */
@Component
final class RefusedRequests implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(
                context -> context.getParent().getPipeline().addValve(new ProblemValve()));
    }

    private static final class ProblemValve extends ErrorReportValve {
        @Override
        protected void report(Request request, Response response, @Nullable Throwable failure) {
            boolean refused = response.getStatus() >= 400 && response.getContentWritten() == 0;
            if (!refused || !response.setErrorReported() || !mayWrite(response)) {
                return;
            }
            HttpStatus status = HttpStatus.resolve(response.getStatus());
            SecurityHeaders.put(response, "no-store");
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            try {
                Writer body = response.getReporter();
                if (body != null) {
                    body.write("{\"status\":" + response.getStatus() + ",\"title\":\""
                            + (status == null ? "Error" : status.getReasonPhrase()) + "\"}");
                    response.finishResponse();
                }
            } catch (IOException e) {
                container.getLogger().debug("The client of a refused request went away", e);
            }
        }

        private static boolean mayWrite(Response response) {
            AtomicBoolean allowed = new AtomicBoolean();
            response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, allowed);
            return allowed.get();
        }
    }
}
