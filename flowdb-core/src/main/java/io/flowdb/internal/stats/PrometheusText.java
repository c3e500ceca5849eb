package io.flowdb.internal.stats;

/**
 * Writes metrics in the Prometheus text exposition format 0.0.4: for each a HELP line, a TYPE line and its samples. No
 * labels but {@code quantile}; names and helps are the caller's constants and need no escaping.
 *
 * <p>Units: seconds and bytes, as the names say. Threads: one.
 */
public final class PrometheusText {
    private final StringBuilder text = new StringBuilder(8 << 10);

    /** The median and two higher quantiles, in seconds. */
    public record Quantiles(double p50, double p90, double p99) {}

    /** A value that only rises; {@code name} ends in {@code _total}. */
    public PrometheusText counter(String name, String help, double value) {
        return single(name, help, "counter", value);
    }

    /** A value that rises and falls. */
    public PrometheusText gauge(String name, String help, double value) {
        return single(name, help, "gauge", value);
    }

    /** Durations in seconds: some quantiles, their sum and number. */
    public PrometheusText summary(String name, String help, Quantiles quantiles, double sum, long count) {
        head(name, help, "summary");
        sample(name + "{quantile=\"0.5\"}", quantiles.p50());
        sample(name + "{quantile=\"0.9\"}", quantiles.p90());
        sample(name + "{quantile=\"0.99\"}", quantiles.p99());
        sample(name + "_sum", sum);
        sample(name + "_count", count);
        return this;
    }

    /** Everything so far. */
    @Override
    public String toString() {
        return text.toString();
    }

    private PrometheusText single(String name, String help, String type, double value) {
        head(name, help, type);
        sample(name, value);
        return this;
    }

    private void head(String name, String help, String type) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void sample(String series, double value) {
        text.append(series).append(' ');
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            text.append((long) value);
        } else {
            text.append(value);
        }
        text.append('\n');
    }
}
