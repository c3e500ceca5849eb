package io.flowdb.boot;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.origin.Origin;

/** Properties under {@code flowdb} that cannot be used: every one of them, in one exception. */
final class InvalidPropertiesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<InvalidProperty> properties;

    InvalidPropertiesException(List<InvalidProperty> properties) {
        super(properties.stream()
                .map(p -> p.name() + " = " + p.value() + " (" + p.problem() + ")")
                .collect(Collectors.joining("; ", "Invalid FlowDB properties: ", "")));
        this.properties = List.copyOf(properties);
    }

    List<InvalidProperty> properties() {
        return properties;
    }

    /**
     * One property.
     *
     * @param name in kebab-case, with its prefix
     * @param value as it was written, or the default
     * @param origin file and line where known
     * @param problem the allowed values, or what else is wrong
     */
    record InvalidProperty(
            String name, String value, @Nullable Origin origin, String problem) {}
}
