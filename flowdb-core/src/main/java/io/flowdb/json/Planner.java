package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.KeyLayout;
import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.KeyTags;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how a query finds its documents: by primary key, through an index, through several of both for an "or",
 * whichever has the fewest entries, or by walking all documents. Threads: one.
 *
 * <p>An index is usable if its first path has a condition that is a set of key intervals. Conditions on further paths
 * narrow it as long as all earlier ones are single values. Documents that have no entry, or an array in place of a
 * single value, are found through the marks of the index, so that the result never depends on the choice.
 */
final class Planner {
    /** Most ranges that the values of several paths multiply to; those of one path are as many as the query names. */
    private static final int MAX_RANGES = 10_000;

    /** Most branches of disjunctions that lie within others. */
    private static final int MAX_INNER_BRANCHES = 1_000;

    /** Entries that are counted at least, and for each wanted row, where a walk may end early. */
    private static final int LEAST_COUNTED = 256;

    private static final int COUNTED_PER_ROW = 16;

    /** Entries that are counted to decide whether another way is tried first. */
    private static final long MOST_COUNTED = 1 << 16;

    /** For each wanted row there have to be so many entries for that. */
    private static final int LEAST_ENTRIES_PER_ROW = 16;

    /** The other way is given up when it has met this part of the entries. */
    private static final int ATTEMPT_PART = 8;

    private static final Interval ARRAYS =
            new Interval(new byte[] {KeyTags.ARRAY}, new byte[] {KeyTags.ARRAY + 1}, false);

    /** For a disjunction of nothing, which no document satisfies. */
    private static final Access NOTHING = new Access(null, List.of(), 0, 0, false, false, false, false);

    private final Reads reads;
    private final List<JsonQuery.Order> orders;
    private final long wanted;
    private final boolean firstRows;
    private int innerBranches;

    /**
     * Plans for one query.
     *
     * @param wanted how many rows are wanted
     * @param firstRows whether the order of an index is better than sorting all rows, however many are wanted
     */
    Planner(Reads reads, List<JsonQuery.Order> orders, long wanted, boolean firstRows) {
        this.reads = reads;
        this.orders = orders;
        this.wanted = wanted;
        this.firstRows = firstRows;
    }

    /**
     * A plan.
     *
     * @param accesses their results are united
     * @param ordered whether the one access gives the wanted order
     * @param reverse whether it is walked backwards
     * @param groupPaths entries that agree in so many paths are equal in the wanted order
     * @param aside documents without an entry, to be sorted and merged in; null if there are none
     * @param attempt what is tried first
     */
    record Plan(
            List<Access> accesses,
            boolean ordered,
            boolean reverse,
            int groupPaths,
            @Nullable Access aside,
            @Nullable Attempt attempt) {
        static Plan sorted(List<Access> accesses) {
            return new Plan(accesses, false, false, 0, null, null);
        }

        static Plan ordered(Access access, boolean reverse, int groupPaths) {
            return new Plan(List.of(access), true, reverse, groupPaths, null, null);
        }

        Plan besides(Access others) {
            return new Plan(accesses, ordered, reverse, groupPaths, others, attempt);
        }

        Plan after(Attempt first) {
            return new Plan(accesses, ordered, reverse, groupPaths, aside, first);
        }
    }

    /**
     * Another plan, which may find the first rows much sooner, or later.
     *
     * @param mostKeys it is given up when it has met so many entries without finding them all
     */
    record Attempt(Plan plan, long mostKeys) {}

    Plan plan(List<Condition> conditions) {
        List<Access> found = find(conditions, 0);
        if (found == null) {
            Access all = allDocuments();
            Plan plan = ordered(all);
            if (plan == null && isLimited()) {
                plan = byOrderOnly(Long.MAX_VALUE);
            }
            return plan != null ? plan : Plan.sorted(List.of(all));
        }
        Plan plan = found.size() == 1 ? orderedBesideMarks(found.get(0), isLimited() ? Long.MAX_VALUE : 0) : null;
        return plan != null ? plan : sortedAfterAttempt(found);
    }

    /** Sorts what is found, unless a walk over an index in the wanted order meets the wanted rows soon. */
    private Plan sortedAfterAttempt(List<Access> found) {
        Plan sorted = Plan.sorted(found);
        if (orders.isEmpty() || wanted > MOST_COUNTED / LEAST_ENTRIES_PER_ROW) {
            return sorted;
        }
        long entries = 0;
        List<Range> ranges = new ArrayList<>();
        found.forEach(access -> ranges.addAll(access.walked()));
        try (StoreCursor cursor = reads.view().committedKeys(ranges)) {
            while (entries < MOST_COUNTED && cursor.next()) {
                entries++;
            }
        }
        if (entries < LEAST_COUNTED || entries / LEAST_ENTRIES_PER_ROW < wanted) {
            return sorted;
        }
        long mostKeys = entries / ATTEMPT_PART;
        Plan first = byOrderOnly(mostKeys / 2);
        return first == null ? sorted : sorted.after(new Attempt(first, mostKeys));
    }

    private boolean isLimited() {
        return firstRows || wanted != Long.MAX_VALUE;
    }

    private Access allDocuments() {
        StoreDef def = reads.def();
        return new Access(null, List.of(new Range(def.prefix, def.end)), 0, 0, false, false, false, false);
    }

    /**
     * The best way to find what satisfies all conditions: accesses whose results are united; null if no index helps.
     */
    private @Nullable List<Access> find(List<Condition> conditions, int depth) {
        List<Access> usable = usable(conditions);
        List<List<Access>> ways = new ArrayList<>();
        usable.forEach(access -> ways.add(List.of(access)));
        if (usable.stream().noneMatch(access -> access.knownEntries() == 0 || access.knownEntries() == 1)) {
            addUnions(conditions, depth, ways);
        }
        if (ways.size() <= 1) {
            return ways.isEmpty() ? null : ways.get(0);
        }
        // Of two with as many entries the one that needs no sorting; a union always does.
        ways.sort(Comparator.comparingInt(way -> way.size() > 1 ? 2 : ordered(way.get(0)) == null ? 1 : 0));
        boolean mayEndEarly =
                depth == 0 && wanted <= Integer.MAX_VALUE && ways.stream().anyMatch(this::givesRowsAtOnce);
        return fewestEntries(ways, mayEndEarly ? Math.max(LEAST_COUNTED, COUNTED_PER_ROW * wanted) : Long.MAX_VALUE);
    }

    /**
     * Accesses that each find what satisfies all conditions, without those that are surely no better than another one.
     */
    private List<Access> usable(List<Condition> conditions) {
        List<Access> usable = new ArrayList<>();
        for (IndexDef index : reads.def().indexes) {
            Access access = index.building ? null : byIndex(index, conditions);
            if (access != null && usable.stream().noneMatch(other -> isAsGood(other, access))) {
                usable.removeIf(other -> isAsGood(access, other));
                usable.add(access);
            }
        }
        Access byKey = byPrimaryKey(conditions);
        if (byKey != null) {
            usable.add(0, byKey);
        }
        return usable;
    }

    /**
     * Whether it is known without counting that {@code a} meets no more entries than {@code b} and serves as well
     * otherwise.
     */
    private boolean isAsGood(Access a, Access b) {
        return !a.hasMarks()
                && !b.hasMarks()
                && a.narrowsAsMuchAs(b)
                && (ordered(a) != null || ordered(b) == null)
                && (a.inPrimaryKeyOrder() || !b.inPrimaryKeyOrder() || !orders.isEmpty())
                && (a.exact() || !b.exact());
    }

    /**
     * The way with the fewest entries, if it has no more than {@code most}; else that with most fixed values, which is
     * the better guess. There is a bound where the first rows are all that is wanted, and one way gives them before it
     * has met all its entries.
     */
    private List<Access> fewestEntries(List<List<Access>> ways, long most) {
        try (FewestEntries counts = new FewestEntries(reads.view())) {
            ways.forEach(counts::add);
            List<Access> best = counts.best(most);
            return best != null ? best : Collections.min(ways, Comparator.comparingInt(Planner::fixedValuesFirst));
        }
    }

    private static int fixedValuesFirst(List<Access> way) {
        return way.size() > 1 ? 1 : -way.get(0).pointPaths();
    }

    private boolean givesRowsAtOnce(List<Access> way) {
        Access access = way.get(0);
        return way.size() == 1 && (ordered(access) != null || (orders.isEmpty() && access.inPrimaryKeyOrder()));
    }

    private @Nullable Access byPrimaryKey(List<Condition> conditions) {
        StoreDef def = reads.def();
        List<Interval> intervals = intervals(def.keyPath::equals, conditions, true);
        List<Interval> arrays = leadingElements(def.keyPath, conditions);
        List<Interval> keys = arrays;
        if (intervals != null) {
            keys = withArrays(intervals);
            keys = arrays == null ? keys : Interval.intersect(keys, arrays);
        }
        if (keys == null) {
            return null;
        }
        List<Range> ranges = new ArrayList<>();
        for (Interval interval : keys) {
            ranges.add(new Range(def.documentKey(interval.start()), def.documentKey(interval.end())));
        }
        return new Access(null, ranges, 0, 0, false, false, false, false);
    }

    private static boolean areTooMany(int prefixes, int intervals) {
        return prefixes > 1 && (long) prefixes * intervals > MAX_RANGES;
    }

    /** An array may have an element that is asked for. */
    private static List<Interval> withArrays(List<Interval> intervals) {
        List<Interval> more = new ArrayList<>(intervals);
        more.add(ARRAYS);
        return Interval.normalize(more);
    }

    /**
     * The primary keys that conditions on their first elements allow, which are arrays; null if there is none on the
     * first. Each element with one value lets the next narrow what is left.
     */
    private static @Nullable List<Interval> leadingElements(KeyPath key, List<Condition> conditions) {
        List<Interval> found = new ArrayList<>();
        List<byte[]> prefixes = List.of(ARRAYS.start());
        for (int i = 0; !prefixes.isEmpty(); i++) {
            int position = i;
            List<Interval> element = intervals(path -> path.isElement(key, position), conditions, true);
            if (element == null || areTooMany(prefixes.size(), element.size())) {
                if (i == 0) {
                    return null;
                }
                prefixes.forEach(prefix -> found.add(Interval.startingWith(prefix)));
                break;
            }
            List<byte[]> longer = new ArrayList<>();
            for (byte[] prefix : prefixes) {
                for (Interval interval : withArrays(element)) {
                    byte[] start = Keys.concat(prefix, interval.start());
                    if (interval.single()) {
                        longer.add(start);
                    } else {
                        found.add(new Interval(start, Keys.concat(prefix, interval.end()), false));
                    }
                }
            }
            prefixes = longer;
        }
        return Interval.normalize(found);
    }

    private @Nullable Access byIndex(IndexDef index, List<Condition> conditions) {
        List<byte[]> prefixes = List.of(index.prefix);
        List<Range> ranges = List.of();
        int constrained = 0;
        int narrowed = 0;
        int points = 0;
        boolean open = true;
        boolean precise = true;
        List<KeyPath> answered = new ArrayList<>();
        for (KeyPath path : index.paths) {
            List<Interval> intervals = intervals(path::equals, conditions, !index.multiEntry());
            if (intervals == null || (index.multiEntry() && coversArrays(intervals))) {
                break;
            }
            constrained++;
            answered.add(path);
            if (!open || areTooMany(prefixes.size(), intervals.size())) {
                open = false;
                precise = false;
                continue;
            }
            narrowed++;
            open = intervals.stream().allMatch(Interval::single);
            points += open && intervals.size() == 1 && points == constrained - 1 ? 1 : 0;
            ranges = extend(prefixes, intervals);
            prefixes = ranges.stream().map(Range::start).toList();
        }
        if (constrained == 0 || (ranges.isEmpty() && !precise)) {
            return null;
        }
        boolean whole = constrained == index.paths.length;
        boolean absent = !whole && reads.view().hasMarks(index, KeyLayout.MARK_ABSENT);
        boolean arrays = !index.multiEntry() && reads.view().hasMarks(index, KeyLayout.MARK_ARRAY);
        boolean exact = precise && !absent && !arrays && areAnswered(conditions, answered, index.multiEntry());
        return new Access(index, ranges, narrowed, points, whole && open, absent, arrays, exact);
    }

    /**
     * Whether every condition is answered by an index over {@code paths}, or by the primary key that each entry holds.
     * The elements of an array that satisfy two conditions may be two.
     */
    private boolean areAnswered(List<Condition> conditions, List<KeyPath> paths, boolean multiEntry) {
        int onIndex = 0;
        for (Condition condition : conditions) {
            if (condition instanceof Condition.InIntervals in && paths.contains(in.path)) {
                onIndex++;
            } else if (!KeyConditions.decides(reads.def().keyPath, condition)) {
                return false;
            }
        }
        return !multiEntry || onIndex <= 1;
    }

    private static List<Range> extend(List<byte[]> prefixes, List<Interval> intervals) {
        List<Range> ranges = new ArrayList<>(prefixes.size() * intervals.size());
        for (byte[] prefix : prefixes) {
            for (Interval interval : intervals) {
                ranges.add(new Range(Keys.concat(prefix, interval.start()), Keys.concat(prefix, interval.end())));
            }
        }
        return ranges;
    }

    /**
     * Entries of a multi-entry index are elements, so intervals that an array itself can lie in are not answered by it.
     */
    private static boolean coversArrays(List<Interval> intervals) {
        return !Interval.intersect(intervals, List.of(ARRAYS)).isEmpty();
    }

    /**
     * The keys that conditions allow at a path; null if there is no condition on it.
     *
     * @param path which path is meant
     * @param intersect whether several conditions narrow each other, which they do not for elements of arrays
     */
    private static @Nullable List<Interval> intervals(
            Predicate<KeyPath> path, List<Condition> conditions, boolean intersect) {
        List<Interval> found = null;
        for (Condition condition : conditions) {
            if (condition instanceof Condition.InIntervals in && path.test(in.path)) {
                if (found == null) {
                    found = in.intervals;
                } else if (intersect) {
                    found = Interval.intersect(found, in.intervals);
                }
            }
        }
        return found;
    }

    /** Adds a way for each "or" all of whose branches have one: the union of these. */
    private void addUnions(List<Condition> conditions, int depth, List<List<Access>> to) {
        for (Condition condition : conditions) {
            if (condition instanceof Condition.Any any) {
                List<Access> union = union(any, depth);
                if (union != null) {
                    to.add(union.isEmpty() ? List.of(NOTHING) : union);
                }
            }
        }
    }

    /**
     * What finds all documents that satisfy a branch; null if one branch has none, or branches of branches are too
     * many.
     */
    private @Nullable List<Access> union(Condition.Any any, int depth) {
        if (depth > 0) {
            innerBranches += any.conditions().size();
            if (innerBranches > MAX_INNER_BRANCHES) {
                return null;
            }
        }
        List<Access> union = new ArrayList<>();
        for (Condition branch : any.conditions()) {
            List<Condition> parts = new Condition.All(List.of(branch)).flat();
            List<Access> found = find(parts, depth + 1);
            if (found == null) {
                return null;
            }
            found.forEach(access -> union.add(access.notExact()));
        }
        return union;
    }

    /** The plan that takes the order of results from an access, or null if they have to be sorted. */
    private @Nullable Plan ordered(Access access) {
        if (access.index() == null) {
            if (orders.isEmpty()) {
                return Plan.ordered(access, false, 0);
            }
            boolean byKey = orders.get(0).path().equals(reads.def().keyPath);
            return byKey ? Plan.ordered(access, orders.get(0).descending(), 0) : null;
        }
        IndexDef index = Objects.requireNonNull(access.index());
        if (access.hasMarks() || index.multiEntry()) {
            return null;
        }
        return orders.isEmpty() ? null : orderedByIndex(access, index);
    }

    private @Nullable Plan orderedByIndex(Access access, IndexDef index) {
        int position = access.pointPaths();
        Boolean reverse = null;
        for (JsonQuery.Order order : orders) {
            if (isPoint(access, index, order.path())) {
                continue;
            }
            if (position == index.paths.length || !index.paths[position].equals(order.path())) {
                return null;
            }
            if (reverse != null && reverse != order.descending()) {
                return null;
            }
            reverse = order.descending();
            position++;
        }
        // All orders on paths with one value: what is left is primary key order, which only whole keys give.
        return reverse == null ? null : Plan.ordered(access, reverse, position);
    }

    private static boolean isPoint(Access access, IndexDef index, KeyPath path) {
        for (int i = 0; i < access.pointPaths(); i++) {
            if (index.paths[i].equals(path)) {
                return true;
            }
        }
        return false;
    }

    /**
     * As {@link #ordered}, also beside documents without an entry: those are sorted and merged in, if there are no more
     * than {@code most} and fewer than entries.
     */
    private @Nullable Plan orderedBesideMarks(Access access, long most) {
        if (!access.absentMarks()) {
            return ordered(access);
        }
        if (most == 0) {
            return null;
        }
        Access entries = access.withoutAbsentMarks();
        Plan plan = ordered(entries);
        if (plan == null) {
            return null;
        }
        Access marks = access.absentMarksOnly();
        try (FewestEntries counts = new FewestEntries(reads.view())) {
            counts.add(List.of(entries));
            counts.add(List.of(marks));
            List<Access> fewer = counts.best(most);
            return fewer != null && fewer.get(0) == marks ? plan.besides(marks) : null;
        }
    }

    /**
     * A walk over a whole index that has the wanted order, for queries that need only the first results.
     *
     * @param mostMarks most documents without an entry that may have to be merged in
     */
    private @Nullable Plan byOrderOnly(long mostMarks) {
        for (IndexDef index : reads.def().indexes) {
            if (!index.building
                    && !index.multiEntry()
                    && index.paths[0].equals(orders.get(0).path())) {
                boolean absent = reads.view().hasMarks(index, KeyLayout.MARK_ABSENT);
                Range whole = new Range(index.at(KeyLayout.FIRST_KEY), index.end);
                Access access = new Access(index, List.of(whole), 0, 0, false, absent, false, false);
                Plan plan = orderedBesideMarks(access, mostMarks);
                if (plan != null) {
                    return plan;
                }
            }
        }
        return null;
    }
}
