package io.flowdb.json;

import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/**
 * What a query tells about one path.
 *
 * @param count rows
 * @param numbers rows whose value is a number
 * @param sum of the numbers, exact
 * @param min least value in key order that is not null, of any kind; null if there is none
 * @param max greatest value in key order that is not null, of any kind; null if there is none
 */
public record Aggregate(
        long count,
        long numbers,
        BigDecimal sum,
        @Nullable Object min,
        @Nullable Object max) {

    /** Mean of the numbers, to 34 digits; null if there are none. */
    public @Nullable BigDecimal avg() {
        return numbers == 0 ? null : sum.divide(BigDecimal.valueOf(numbers), MathContext.DECIMAL128);
    }

    /**
     * The rows that agree in a value.
     *
     * @param key the value; absent values and what is no key count as null
     * @param values of these rows
     */
    public record Group(@Nullable Object key, Aggregate values) {}
}
