package io.flowdb.boot;

import io.flowdb.boot.InvalidPropertiesException.InvalidProperty;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/** Reports every bad {@code flowdb.*} property, before the analyzers of Spring Boot would report only the binding. */
final class InvalidPropertiesFailureAnalyzer extends AbstractFailureAnalyzer<InvalidPropertiesException>
        implements Ordered {

    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidPropertiesException cause) {
        String list = cause.properties().stream()
                .map(InvalidPropertiesFailureAnalyzer::describe)
                .collect(Collectors.joining("\n"));
        int count = cause.properties().size();
        return new FailureAnalysis(
                (count == 1 ? "A property" : count + " properties") + " of FlowDB cannot be used:\n" + list,
                "Correct the " + (count == 1 ? "value" : "values")
                        + " in the application's configuration. Nothing was opened.",
                cause);
    }

    private static String describe(InvalidProperty property) {
        return "\n    Property: " + property.name()
                + "\n    Value: \"" + property.value() + "\""
                + (property.origin() == null ? "" : "\n    Origin: " + property.origin())
                + "\n    Reason: " + property.problem();
    }
}
