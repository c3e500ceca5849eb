package io.flowdb.json;

import io.flowdb.error.InvalidQueryException;
import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.KeyWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A filter with parsed paths and encoded operands. Immutable. */
sealed interface Condition {

    /** How deep filters may be nested. */
    int MAX_DEPTH = 100;

    /**
     * How many filters one may consist of, each counted as often as it occurs: a few that name each other may stand for
     * very many.
     */
    int MAX_FILTERS = 1_000_000;

    /** Whether a document satisfies it. */
    boolean test(JsonNode document);

    /** The properties of a document that it looks at; the others make no difference. */
    Stream<String> properties();

    /** Prepares a filter. Errors: {@link InvalidQueryException}, {@link io.flowdb.error.InvalidKeyException}. */
    static Condition of(Filter filter) {
        if (!parts(filter).isEmpty()) {
            checkDepth(filter);
            checkSize(filter, new IdentityHashMap<>());
        }
        return prepare(filter);
    }

    /**
     * Level by level, as a filter may be nested deeper than the stack. Each query comes here: those that have no parts
     * are only looked at.
     */
    private static void checkDepth(Filter filter) {
        Collection<Filter> level = List.of(filter);
        boolean deeper = true;
        for (int depth = 1; deeper; depth++) {
            if (depth > MAX_DEPTH) {
                throw new InvalidQueryException("filters are nested deeper than " + MAX_DEPTH);
            }
            deeper = false;
            Set<Filter> next = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Filter each : level) {
                for (Filter part : parts(each)) {
                    deeper = true;
                    if (!parts(part).isEmpty()) {
                        next.add(part);
                    }
                }
            }
            level = next;
        }
    }

    /** Returns how many filters {@code filter} consists of; {@code known} has those that were counted. */
    private static int checkSize(Filter filter, IdentityHashMap<Filter, Integer> known) {
        List<Filter> parts = parts(filter);
        Integer counted = parts.isEmpty() ? Integer.valueOf(1) : known.get(filter);
        if (counted != null) {
            return counted;
        }
        int size = 1;
        for (Filter part : parts) {
            size += checkSize(part, known);
            if (size > MAX_FILTERS) {
                throw new InvalidQueryException(
                        "a filter of more than " + MAX_FILTERS + " filters, each counted as often as it occurs");
            }
        }
        known.put(filter, size);
        return size;
    }

    private static List<Filter> parts(Filter filter) {
        if (filter instanceof Filter.And and) {
            return and.filters();
        } else if (filter instanceof Filter.Or or) {
            return or.filters();
        }
        return filter instanceof Filter.Not not ? List.of(not.filter()) : List.of();
    }

    private static Condition prepare(Filter filter) {
        if (filter instanceof Filter.Compare compare) {
            return new InIntervals(compare.path(), List.of(Interval.of(compare.comparison(), compare.value())));
        } else if (filter instanceof Filter.InRange range) {
            return new InIntervals(range.path(), List.of(Interval.of(range.range())));
        } else if (filter instanceof Filter.In in) {
            List<Interval> points = new ArrayList<>(in.values().size());
            in.values().forEach(value -> points.add(Interval.point(value)));
            return new InIntervals(in.path(), points);
        } else if (filter instanceof Filter.And and) {
            return new All(and.filters().stream().map(Condition::prepare).toList());
        } else if (filter instanceof Filter.Or or) {
            return anyOf(or.filters().stream().map(Condition::prepare).toList());
        } else if (filter instanceof Filter.Not not) {
            return new No(prepare(not.filter()));
        }
        return ofPath(filter);
    }

    /** That one of them holds; those of intervals of the same path are one. */
    private static Condition anyOf(List<Condition> conditions) {
        Map<KeyPath, List<Interval>> byPath = new LinkedHashMap<>();
        List<Condition> others = new ArrayList<>();
        for (Condition condition : conditions) {
            if (condition instanceof InIntervals in) {
                byPath.computeIfAbsent(in.path, path -> new ArrayList<>()).addAll(in.intervals);
            } else {
                others.add(condition);
            }
        }
        List<Condition> any = new ArrayList<>(byPath.size() + others.size());
        byPath.forEach((path, intervals) -> any.add(new InIntervals(path, intervals)));
        any.addAll(others);
        return any.size() == 1 ? any.get(0) : new Any(any);
    }

    private static Condition ofPath(Filter filter) {
        if (filter instanceof Filter.Text text) {
            return text.match() == Filter.TextMatch.STARTS_WITH && !text.ignoreCase()
                    ? new InIntervals(text.path(), List.of(startsWith(text.text())))
                    : new Other(path(text.path()), new TextTest(text));
        } else if (filter instanceof Filter.Contains contains) {
            return new Other(path(contains.path()), new ContainsTest(contains.value()));
        } else if (filter instanceof Filter.Regex regex) {
            return new Other(path(regex.path()), new RegexTest(regex.regex()));
        } else if (filter instanceof Filter.Like like) {
            return ofLike(like);
        } else if (filter instanceof Filter.Exists exists) {
            return new Other(path(exists.path()), Objects::nonNull);
        } else if (filter instanceof Filter.IsNull isNull) {
            return new Other(path(isNull.path()), value -> value == null || value.isNull());
        }
        throw new AssertionError(filter);
    }

    private static Condition ofLike(Filter.Like like) {
        LikePattern pattern = LikePattern.of(like.pattern(), like.ignoreCase());
        Condition whole = new Other(path(like.path()), value -> anyText(value, pattern::matches));
        String beginning = pattern.literalBeginning();
        if (pattern.isLiteral()) {
            return new InIntervals(like.path(), List.of(Interval.point(beginning)));
        } else if (beginning.isEmpty()) {
            return whole;
        }
        Condition inRange = new InIntervals(like.path(), List.of(startsWith(beginning)));
        return pattern.isPrefix() ? inRange : new All(List.of(inRange, whole));
    }

    /** Whether a value, or one of its elements, is text that passes {@code test}. */
    private static boolean anyText(@Nullable JsonNode value, Predicate<String> test) {
        if (value == null || !value.isArray()) {
            return value != null && value.isString() && test.test(value.stringValue());
        }
        for (int i = 0; i < value.size(); i++) {
            JsonNode element = value.get(i);
            if (element.isString() && test.test(element.stringValue())) {
                return true;
            }
        }
        return false;
    }

    private static Interval startsWith(String prefix) {
        KeyWriter writer = new KeyWriter();
        writer.addTextPrefix(prefix);
        return Interval.startingWith(writer.toBytes());
    }

    static KeyPath path(String path) {
        try {
            return KeyPath.of(path);
        } catch (IllegalArgumentException e) {
            throw new InvalidQueryException(String.valueOf(e.getMessage()));
        }
    }

    /** A test of a value, null for an absent one. */
    @FunctionalInterface
    interface Test {
        boolean test(@Nullable JsonNode value);
    }

    /** The value, or one of its elements, lies in one of some intervals. */
    final class InIntervals implements Condition {
        final KeyPath path;
        final List<Interval> intervals;

        InIntervals(String path, List<Interval> intervals) {
            this(path(path), intervals);
        }

        InIntervals(KeyPath path, List<Interval> intervals) {
            this.path = path;
            this.intervals = Interval.normalize(intervals);
        }

        @Override
        public boolean test(JsonNode document) {
            JsonNode value = path.find(document);
            return value != null && matches(value, intervals);
        }

        @Override
        public Stream<String> properties() {
            return Stream.of(path.first());
        }

        static boolean matches(JsonNode value, List<Interval> intervals) {
            KeyWriter writer = new KeyWriter();
            if (writer.addJson(value) && Interval.anyContains(intervals, writer.toBytes())) {
                return true;
            }
            return value.isArray() && anyMatches(value, intervals);
        }

        static boolean anyMatches(JsonNode array, List<Interval> intervals) {
            KeyWriter writer = new KeyWriter();
            for (int i = 0; i < array.size(); i++) {
                writer.truncate(0);
                if (writer.addJson(array.get(i)) && Interval.anyContains(intervals, writer.toBytes())) {
                    return true;
                }
            }
            return false;
        }
    }

    /** All hold. */
    record All(List<Condition> conditions) implements Condition {
        @Override
        public boolean test(JsonNode document) {
            for (Condition condition : conditions) {
                if (!condition.test(document)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public Stream<String> properties() {
            return conditions.stream().flatMap(Condition::properties);
        }

        /** Conditions that must all hold, with inner ones of this kind dissolved. */
        List<Condition> flat() {
            List<Condition> flat = new ArrayList<>();
            for (Condition condition : conditions) {
                if (condition instanceof All inner) {
                    flat.addAll(inner.flat());
                } else {
                    flat.add(condition);
                }
            }
            return flat;
        }
    }

    /** One holds. */
    record Any(List<Condition> conditions) implements Condition {
        @Override
        public boolean test(JsonNode document) {
            for (Condition condition : conditions) {
                if (condition.test(document)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public Stream<String> properties() {
            return conditions.stream().flatMap(Condition::properties);
        }
    }

    /** Another does not hold. */
    record No(Condition condition) implements Condition {
        @Override
        public boolean test(JsonNode document) {
            return !condition.test(document);
        }

        @Override
        public Stream<String> properties() {
            return condition.properties();
        }
    }

    /** What no index can answer of the value at a path. */
    record Other(KeyPath path, Test body) implements Condition {
        @Override
        public boolean test(JsonNode document) {
            return body.test(path.find(document));
        }

        @Override
        public Stream<String> properties() {
            return Stream.of(path.first());
        }
    }

    /** Matches text. */
    final class TextTest implements Test {
        private final Filter.TextMatch match;
        private final int length;
        private final TextSearch text;

        TextTest(Filter.Text filter) {
            match = filter.match();
            length = filter.text().length();
            text = new TextSearch(filter.text(), filter.ignoreCase());
        }

        @Override
        public boolean test(@Nullable JsonNode value) {
            return anyText(value, this::matches);
        }

        private boolean matches(String found) {
            int rest = found.length() - length;
            return switch (match) {
                case EQUALS -> rest == 0 && text.standsAt(found, 0);
                case STARTS_WITH -> rest >= 0 && text.standsAt(found, 0);
                case ENDS_WITH -> rest >= 0 && text.standsAt(found, rest);
                case CONTAINS -> text.isIn(found);
            };
        }
    }

    /** Finds a part of a text or an element of an array. */
    final class ContainsTest implements Test {
        private final @Nullable TextSearch part;
        private final List<Interval> element;

        ContainsTest(@Nullable Object value) {
            part = value instanceof String text
                    ? new TextSearch(text, false)
                    : value instanceof JsonNode node && node.isString()
                            ? new TextSearch(node.stringValue(), false)
                            : null;
            element = List.of(Interval.point(value));
        }

        @Override
        public boolean test(@Nullable JsonNode value) {
            if (value == null) {
                return false;
            }
            if (value.isString()) {
                return part != null && part.isIn(value.stringValue());
            }
            return value.isArray() && InIntervals.anyMatches(value, element);
        }
    }

    /** Finds a regular expression in text; the steps of a match are bounded. */
    final class RegexTest implements Test {
        private static final int MAX_LENGTH = 1000;
        private static final long MAX_STEPS = 5_000_000;

        /** Empty rounds that count as a step: they are as fast. */
        private static final long ROUNDS_A_STEP = 10;

        private final Pattern pattern;
        /** What a look at the text may take beside it. */
        private final long stepsALook;

        RegexTest(String regex) {
            if (regex.length() > MAX_LENGTH) {
                throw new InvalidQueryException(
                        "regex of " + regex.length() + " characters (allowed: up to " + MAX_LENGTH + ")");
            }
            try {
                pattern = Pattern.compile(regex);
            } catch (PatternSyntaxException e) {
                throw new InvalidQueryException("regex: " + e.getDescription() + " at " + e.getIndex());
            }
            stepsALook = RegexRounds.of(regex) / ROUNDS_A_STEP;
        }

        @Override
        public boolean test(@Nullable JsonNode value) {
            return anyText(value, this::isFoundIn);
        }

        private boolean isFoundIn(String text) {
            try {
                return pattern.matcher(new CountedText(text, stepsALook)).find();
            } catch (StackOverflowError e) {
                // A repeated group takes stack for each round; the matcher has no state that would be left behind.
                throw new InvalidQueryException("regex repeats a group too often on one value");
            }
        }

        /** Text that fails when it has been looked at too often, which is what a runaway match does. */
        private static final class CountedText implements CharSequence {
            private final String text;
            private final long stepsALook;
            private long steps;

            CountedText(String text, long stepsALook) {
                this.text = text;
                this.stepsALook = stepsALook;
                if (stepsALook > 0) { // a match is tried in every place, with a look at the text or without
                    add(stepsALook > MAX_STEPS ? MAX_STEPS + 1 : stepsALook * (text.length() + 1));
                }
            }

            private void add(long more) {
                steps += more;
                if (steps > MAX_STEPS) {
                    throw new InvalidQueryException("regex takes more than " + MAX_STEPS + " steps on one value");
                }
            }

            @Override
            public char charAt(int index) {
                add(1 + stepsALook);
                return text.charAt(index);
            }

            @Override
            public int length() {
                return text.length();
            }

            @Override
            public CharSequence subSequence(int start, int end) {
                return text.subSequence(start, end);
            }

            @Override
            public String toString() {
                return text;
            }
        }
    }
}
