package io.flowdb.json;

import io.flowdb.error.InvalidQueryException;
import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/**
 * What a query tells about one path.
 *
 * @param count rows
 * @param numbers rows whose value is a number
 * @param sum of the numbers, exact, 0 if there are none; null if there is no such number, see {@link #sum()}
 * @param min least value in key order that is not null, of any kind; null if there is none
 * @param max greatest value in key order that is not null, of any kind; null if there is none
 */
public record Aggregate(
        long count,
        long numbers,
        @Nullable BigDecimal sum,
        @Nullable Object min,
        @Nullable Object max) {

    /**
     * Sum of the numbers, exact. Errors: {@link InvalidQueryException} if one of them has an exponent beyond 1,000:
     * numbers that are very far apart would make it very long.
     */
    @Override
    public BigDecimal sum() {
        if (sum == null) {
            throw new InvalidQueryException("sum: a number's exponent is beyond " + Accumulator.MAX_EXPONENT);
        }
        return sum;
    }

    /** Mean of the numbers, to 34 digits; null if there are none. Errors: those of {@link #sum()}. */
    public @Nullable BigDecimal avg() {
        return numbers == 0 ? null : sum().divide(BigDecimal.valueOf(numbers), MathContext.DECIMAL128);
    }

    /**
     * The rows that agree in a value.
     *
     * @param key the value; absent values and what is no key count as null
     * @param values of these rows
     */
    public record Group(@Nullable Object key, Aggregate values) {}
}
