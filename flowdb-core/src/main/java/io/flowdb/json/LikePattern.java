package io.flowdb.json;

import io.flowdb.error.InvalidQueryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern in the manner of SQL's LIKE: {@code %} is any text, {@code _} any one code point, {@code \} makes the next
 * one literal. Immutable.
 *
 * <p>The parts between the {@code %} have fixed lengths, so each may be taken where it is found first. A match takes
 * time in proportion to text and pattern, but for parts with {@code _}: for these no more steps than the length of the
 * text times that of the longest. Errors: {@link InvalidQueryException} for a {@code \} at the end.
 */
final class LikePattern {
    private static final int ANY_ONE = -1;

    /**
     * What stands between the {@code %}, as code points and {@link #ANY_ONE}; one part more than there are {@code %}.
     */
    private final List<int[]> parts;

    /** Finds the parts that stand between two {@code %}; null for one that has to be looked for place by place. */
    private final List<@Nullable TextSearch> searches = new ArrayList<>();

    private final boolean ignoreCase;

    private LikePattern(List<int[]> parts, boolean ignoreCase) {
        this.parts = parts;
        this.ignoreCase = ignoreCase;
        for (int i = 1; i < parts.size() - 1; i++) {
            searches.add(search(parts.get(i), ignoreCase));
        }
    }

    private static @Nullable TextSearch search(int[] part, boolean ignoreCase) {
        if (!isText(part)) {
            return null;
        }
        String text = new String(part, 0, part.length);
        return TextSearch.splitsPairs(text) ? null : new TextSearch(text, ignoreCase);
    }

    static LikePattern of(String pattern, boolean ignoreCase) {
        List<int[]> parts = new ArrayList<>();
        int[] points = pattern.codePoints().toArray();
        int[] part = new int[points.length];
        int length = 0;
        for (int i = 0; i < points.length; i++) {
            if (points[i] == '%') {
                parts.add(Arrays.copyOf(part, length));
                length = 0;
            } else if (points[i] == '_') {
                part[length++] = ANY_ONE;
            } else {
                if (points[i] == '\\' && ++i == points.length) {
                    throw new InvalidQueryException("a LIKE pattern ends with \\, which makes nothing literal");
                }
                part[length++] = ignoreCase ? TextSearch.fold(points[i]) : points[i];
            }
        }
        parts.add(Arrays.copyOf(part, length));
        return new LikePattern(List.copyOf(parts), ignoreCase);
    }

    /** The text with which everything that matches begins; empty if case is ignored. */
    String literalBeginning() {
        StringBuilder beginning = new StringBuilder();
        int[] first = parts.get(0);
        for (int i = 0; i < first.length && first[i] != ANY_ONE && !ignoreCase; i++) {
            beginning.appendCodePoint(first[i]);
        }
        return beginning.toString();
    }

    /** Whether only {@link #literalBeginning()} itself matches. */
    boolean isLiteral() {
        return parts.size() == 1 && !ignoreCase && isText(parts.get(0));
    }

    /** Whether exactly the texts match whose UTF-16 form starts with {@link #literalBeginning()}. */
    boolean isPrefix() {
        return parts.size() == 2
                && !ignoreCase
                && parts.get(1).length == 0
                && isText(parts.get(0))
                && !TextSearch.splitsPairs(literalBeginning());
    }

    private static boolean isText(int[] part) {
        return Arrays.stream(part).noneMatch(point -> point == ANY_ONE);
    }

    boolean matches(String text) {
        int[] last = parts.get(parts.size() - 1);
        int at = end(parts.get(0), text, 0);
        if (parts.size() == 1 || at < 0) {
            return at == text.length();
        }
        for (int i = 0; i < searches.size(); i++) {
            TextSearch search = searches.get(i);
            at = search == null ? find(parts.get(i + 1), text, at) : search.end(text, at);
            if (at < 0) {
                return false;
            }
        }
        if (text.codePointCount(at, text.length()) < last.length) {
            return false;
        }
        return end(last, text, text.offsetByCodePoints(text.length(), -last.length)) >= 0;
    }

    /** Where the first occurrence of a part from {@code at} on ends, or -1. */
    private int find(int[] part, String text, int at) {
        for (int from = at; ; from += Character.charCount(text.codePointAt(from))) {
            int end = end(part, text, from);
            if (end >= 0 || from >= text.length()) {
                return end;
            }
        }
    }

    /** Where a part that begins at {@code from} ends, or -1 if it does not stand there. */
    private int end(int[] part, String text, int from) {
        int at = from;
        for (int wanted : part) {
            if (at >= text.length()) {
                return -1;
            }
            int found = text.codePointAt(at);
            if (wanted != ANY_ONE && wanted != (ignoreCase ? TextSearch.fold(found) : found)) {
                return -1;
            }
            at += Character.charCount(found);
        }
        return at;
    }
}
