package io.flowdb.benchmarks.measure;

import java.util.List;

/** The middle of some figures. */
public final class Median {
    private Median() {}

    /**
     * The median of those that are numbers, the mean of the middle two for an even count; {@code NaN} if there is none.
     */
    public static double of(List<Double> figures) {
        double[] sorted = figures.stream()
                .mapToDouble(Double::doubleValue)
                .filter(d -> !Double.isNaN(d))
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
