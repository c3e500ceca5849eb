package io.flowdb.benchmarks.measure;

import java.util.Locale;

/**
 * Builds one flat JSON object on one line. Figures have at most three decimals; what is no number becomes null.
 * Threads: one.
 */
public final class JsonLine {
    private final StringBuilder fields = new StringBuilder();

    /** Adds a text; names and texts of this module need no escapes other than quotes and backslashes. */
    public JsonLine text(String name, String value) {
        name(name)
                .append('"')
                .append(value.replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
        return this;
    }

    /** Adds a figure. */
    public JsonLine number(String name, double value) {
        StringBuilder out = name(name);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            out.append("null");
        } else if (value == Math.rint(value)) {
            out.append(String.format(Locale.ROOT, "%.0f", value));
        } else {
            out.append(String.format(Locale.ROOT, "%.3f", value));
        }
        return this;
    }

    /** Adds a truth value. */
    public JsonLine flag(String name, boolean value) {
        name(name).append(value);
        return this;
    }

    private StringBuilder name(String name) {
        return fields.append(fields.isEmpty() ? "" : ",")
                .append('"')
                .append(name)
                .append("\":");
    }

    /** The object. */
    @Override
    public String toString() {
        return "{" + fields + "}";
    }
}
