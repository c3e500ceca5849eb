package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.merge.ScanBounds;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which records to read, in which order and how many. Immutable: every method returns a new query.
 *
 * <p>Key bounds are kept as a half-open byte range: an exclusive start and an inclusive end use {@link Keys#successor}.
 * Bounds that exclude each other give an empty result. Queries that ask for the same are equal.
 */
public final class Query {
    private static final Query ALL = new Query(null, null, TimeRange.ALL, false, Long.MAX_VALUE, ReadOptions.DEFAULT);

    private final byte @Nullable [] startKey;
    private final byte @Nullable [] endKey;
    private final TimeRange times;
    private final boolean reversed;
    private final long limit;
    private final ReadOptions options;

    private Query(
            byte @Nullable [] startKey,
            byte @Nullable [] endKey,
            TimeRange times,
            boolean reversed,
            long limit,
            ReadOptions options) {
        this.startKey = startKey;
        this.endKey = endKey;
        this.times = times;
        this.reversed = reversed;
        this.limit = limit;
        this.options = options;
    }

    /**
     * The bounds on ts as they were set. An exclusive bound at the end of the range of long, such as above {@code
     * Long.MAX_VALUE}, admits no ts at all, whatever the other bound is; so bounds are kept as given until they are
     * asked for.
     */
    private record TimeRange(long from, boolean fromInclusive, long to, boolean toInclusive) {
        private static final TimeRange ALL = of(Long.MIN_VALUE, Long.MAX_VALUE);

        static TimeRange of(long min, long max) {
            return new TimeRange(min, true, max, true);
        }

        private boolean isBeyondAll() {
            return !fromInclusive && from == Long.MAX_VALUE || !toInclusive && to == Long.MIN_VALUE;
        }

        /** Lowest ts inside; above {@link #max} if there is none. */
        long min() {
            if (isBeyondAll()) {
                return Long.MAX_VALUE;
            }
            return fromInclusive ? from : from + 1;
        }

        /** Highest ts inside. */
        long max() {
            if (isBeyondAll()) {
                return Long.MIN_VALUE;
            }
            return toInclusive ? to : to - 1;
        }
    }

    /** Every record. */
    public static Query all() {
        return ALL;
    }

    /** Keys that start with {@code prefix}; an empty prefix means all. */
    public static Query prefix(byte[] prefix) {
        Objects.requireNonNull(prefix, "prefix");
        return ALL.withKeys(prefix.clone(), Keys.prefixEnd(prefix));
    }

    /** Keys that start with the UTF-8 bytes of {@code prefix}. */
    public static Query prefix(String prefix) {
        return prefix(Keys.utf8(Objects.requireNonNull(prefix, "prefix")));
    }

    /** Keys from {@code start} to {@code end}, both inclusive. */
    public static Query keyRange(byte[] start, byte[] end) {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
        return ALL.fromKey(start, true).toKey(end, true);
    }

    /** Keys from {@code start} to {@code end} as UTF-8, both inclusive. */
    public static Query keyRange(String start, String end) {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
        return keyRange(Keys.utf8(start), Keys.utf8(end));
    }

    /** Every version of one key. */
    public static Query key(byte[] key) {
        Objects.requireNonNull(key, "key");
        return keyRange(key, key);
    }

    /** Every version of one key, taken as UTF-8. */
    public static Query key(String key) {
        return key(Keys.utf8(key));
    }

    /** Versions from {@code minTs} to {@code maxTs}, both inclusive, of all keys. */
    public static Query timeRange(long minTs, long maxTs) {
        return ALL.withTimeRange(minTs, maxTs);
    }

    /** Narrows to versions from {@code min} to {@code max}, both inclusive. */
    public Query withTimeRange(long min, long max) {
        return withTimes(TimeRange.of(min, max));
    }

    /** Sets the lower key bound. */
    public Query fromKey(byte[] key, boolean inclusive) {
        Objects.requireNonNull(key, "key");
        return withKeys(inclusive ? key.clone() : Keys.successor(key), endKey);
    }

    /** Sets the lower key bound, taken as UTF-8. */
    public Query fromKey(String key, boolean inclusive) {
        return fromKey(Keys.utf8(key), inclusive);
    }

    /** Sets the upper key bound, taken as UTF-8. */
    public Query toKey(String key, boolean inclusive) {
        return toKey(Keys.utf8(key), inclusive);
    }

    /** Sets the upper key bound. */
    public Query toKey(byte[] key, boolean inclusive) {
        Objects.requireNonNull(key, "key");
        return withKeys(startKey, inclusive ? Keys.successor(key) : key.clone());
    }

    /** Sets the lower ts bound; an exclusive {@code Long.MAX_VALUE} leaves nothing. */
    public Query fromTs(long ts, boolean inclusive) {
        return withTimes(new TimeRange(ts, inclusive, times.to(), times.toInclusive()));
    }

    /** Sets the upper ts bound; an exclusive {@code Long.MIN_VALUE} leaves nothing. */
    public Query toTs(long ts, boolean inclusive) {
        return withTimes(new TimeRange(times.from(), times.fromInclusive(), ts, inclusive));
    }

    /** Walks from the greatest (key, ts) down. */
    public Query reverse() {
        return new Query(startKey, endKey, times, !reversed, limit, options);
    }

    /** Returns at most {@code n} records; 0 for none. */
    public Query limit(long n) {
        check(n >= 0, "limit", n, "0 or more");
        return new Query(startKey, endKey, times, reversed, n, options);
    }

    /** Sets how blocks are read. */
    public Query options(ReadOptions readOptions) {
        return new Query(startKey, endKey, times, reversed, limit, Objects.requireNonNull(readOptions, "readOptions"));
    }

    /** Lower key bound, inclusive, as a copy; null for none. */
    public byte @Nullable [] startKey() {
        return startKey == null ? null : startKey.clone();
    }

    /** Upper key bound, exclusive, as a copy; null for none. */
    public byte @Nullable [] endKey() {
        return endKey == null ? null : endKey.clone();
    }

    /** Lower ts bound, inclusive. */
    public long minTs() {
        return times.min();
    }

    /** Upper ts bound, inclusive. */
    public long maxTs() {
        return times.max();
    }

    /** Whether the walk goes from the greatest (key, ts) down. */
    public boolean reversed() {
        return reversed;
    }

    /** Most records to return. */
    public long limit() {
        return limit;
    }

    /** How blocks are read. */
    public ReadOptions options() {
        return options;
    }

    /** Half-open key bounds; null for unbounded. */
    Query withKeys(byte @Nullable [] start, byte @Nullable [] end) {
        return new Query(start, end, times, reversed, limit, options);
    }

    /** What of the keys and versions is walked, and in which direction. */
    ScanBounds bounds() {
        return new ScanBounds(startKey, endKey, times.min(), times.max(), reversed);
    }

    private Query withTimes(TimeRange range) {
        return new Query(startKey, endKey, range, reversed, limit, options);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Query that
                && Arrays.equals(startKey, that.startKey)
                && Arrays.equals(endKey, that.endKey)
                && times.min() == that.times.min()
                && times.max() == that.times.max()
                && reversed == that.reversed
                && limit == that.limit
                && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                Arrays.hashCode(startKey), Arrays.hashCode(endKey), times.min(), times.max(), reversed, limit, options);
    }

    @Override
    public String toString() {
        return "Query[" + (startKey == null ? "" : Keys.show(startKey)) + " <= key < "
                + (endKey == null ? "" : Keys.show(endKey)) + ", " + times.min() + " <= ts <= " + times.max()
                + (reversed ? ", reversed" : "") + (limit == Long.MAX_VALUE ? "" : ", limit " + limit) + "]";
    }
}
