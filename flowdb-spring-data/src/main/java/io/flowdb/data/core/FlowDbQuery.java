package io.flowdb.data.core;

import io.flowdb.json.Filter;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.Sort;

/**
 * Which entities, in which order, and which part of them. Immutable; each {@code with…} returns a changed copy.
 *
 * @param filter condition on the documents, best made by {@link Conditions}, or null for all
 * @param sort by properties of the entity; ties and the unsorted are in the order of ids
 * @param offset how many are left out, 0 or more
 * @param limit how many at most, or -1 for all
 */
public record FlowDbQuery(@Nullable Filter filter, Sort sort, long offset, int limit) {

    private static final FlowDbQuery ALL = new FlowDbQuery(null, Sort.unsorted(), 0, -1);

    /** Checks offset and limit. */
    public FlowDbQuery {
        if (offset < 0) {
            throw new IllegalArgumentException("offset = " + offset + " (allowed: 0 or more)");
        }
        if (limit < -1) {
            throw new IllegalArgumentException("limit = " + limit + " (allowed: -1 for none, 0 or more)");
        }
    }

    /** All entities. */
    public static FlowDbQuery all() {
        return ALL;
    }

    /** The entities whose documents satisfy {@code filter}. */
    public static FlowDbQuery where(@Nullable Filter filter) {
        return filter == null ? ALL : new FlowDbQuery(filter, Sort.unsorted(), 0, -1);
    }

    /** Only those that also satisfy {@code other}. */
    public FlowDbQuery and(@Nullable Filter other) {
        if (other == null) {
            return this;
        }
        return new FlowDbQuery(filter == null ? other : Filter.and(filter, other), sort, offset, limit);
    }

    /** As {@link #and}, with {@code other} decided before the filter of the query. */
    FlowDbQuery within(@Nullable Filter other) {
        if (other == null) {
            return this;
        }
        return new FlowDbQuery(filter == null ? other : Filter.and(other, filter), sort, offset, limit);
    }

    /**
     * Only what both find: the other's filter is added, its order comes after; its offset and limit count, where it has
     * them.
     */
    public FlowDbQuery and(FlowDbQuery other) {
        return new FlowDbQuery(
                and(other.filter).filter,
                sort.and(other.sort),
                other.offset > 0 ? other.offset : offset,
                other.isLimited() ? other.limit : limit);
    }

    /** In this order. */
    public FlowDbQuery withSort(Sort sort) {
        return new FlowDbQuery(filter, sort, offset, limit);
    }

    /** Without the first {@code offset}. */
    public FlowDbQuery withOffset(long offset) {
        return new FlowDbQuery(filter, sort, offset, limit);
    }

    /** At most {@code limit}. */
    public FlowDbQuery withLimit(int limit) {
        return new FlowDbQuery(filter, sort, offset, limit);
    }

    /** At most {@code limit}, if that is limited. */
    public FlowDbQuery withLimit(Limit limit) {
        return limit.isLimited() ? withLimit(limit.max()) : this;
    }

    /** One page, in the order of {@code pageable} after this query's; unpaged takes the order only. */
    public FlowDbQuery with(Pageable pageable) {
        if (pageable.isUnpaged() && pageable.getSort().isUnsorted()) {
            return this;
        }
        FlowDbQuery sorted = withSort(sort.and(pageable.getSort()));
        return pageable.isUnpaged()
                ? sorted
                : sorted.withOffset(pageable.getOffset()).withLimit(pageable.getPageSize());
    }

    /** Whether there is a limit. */
    public boolean isLimited() {
        return limit >= 0;
    }
}
