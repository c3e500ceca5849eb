package io.flowdb.boot;

import io.flowdb.error.InvalidConfigException;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Reports settings out of range that came from code; those from properties are found when they are bound. */
final class InvalidConfigFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidConfigException cause) {
        String list = cause.violations().stream()
                .map(v -> "\n    Setting: " + v.field() + " (property " + PropertiesCheck.propertyName(v.field()) + ")"
                        + "\n    Value: \"" + v.value() + "\""
                        + "\n    Reason: allowed: " + v.allowed())
                .collect(Collectors.joining("\n"));
        return new FailureAnalysis(
                "Settings of FlowDB are out of range:\n" + list,
                "Correct them in the FlowDbConfigCustomizer beans, or where the Config is built. Nothing was opened.",
                cause);
    }
}
