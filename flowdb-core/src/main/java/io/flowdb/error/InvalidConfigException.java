package io.flowdb.error;

import java.util.List;
import java.util.stream.Collectors;

/** Configuration values are out of range. Lists every bad field at once; nothing was opened. */
public final class InvalidConfigException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    /** At least one violation. */
    public InvalidConfigException(List<Violation> violations) {
        super(
                violations.stream()
                        .map(v -> v.field() + " = " + v.value() + " (allowed: " + v.allowed() + ")")
                        .collect(Collectors.joining("; ", "Invalid configuration: ", "")),
                null);
        this.violations = List.copyOf(violations);
    }

    /** Every bad field, in the order of the configuration. */
    public List<Violation> violations() {
        return violations;
    }

    /**
     * One bad field.
     *
     * @param field name as in {@code Config.Builder}
     * @param value what was given, as text
     * @param allowed the allowed range, as text
     */
    public record Violation(String field, String value, String allowed) {}
}
