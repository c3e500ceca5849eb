package io.flowdb.data.core;

import io.flowdb.json.Filter;
import java.util.ArrayList;
import java.util.List;
import org.springframework.dao.InvalidDataAccessApiUsageException;

/**
 * A pattern of SQL's LIKE, taken apart: {@code %} is any text, {@code _} any one character, {@code \} makes the next one literal.
 * Becomes the cheapest filter that says the same; a literal beginning becomes a range of an index.
 */
final class LikePattern {

    private static final String ANY_TEXT = "%";
    private static final String ANY_CHARACTER = "_";

    /** Literals, each marked by a leading quote, and the two wildcards. */
    private final List<String> parts;

    /** All of it. */
    private final String pattern;

    private LikePattern(List<String> parts, String pattern) {
        this.parts = parts;
        this.pattern = pattern;
    }

    static LikePattern parse(String pattern) {
        List<String> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder("'");
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\') {
                i++;
                if (i == pattern.length()) {
                    throw new InvalidDataAccessApiUsageException("a LIKE pattern ends with \\, which escapes nothing");
                }
                literal.append(pattern.charAt(i));
            } else if (c == '%' || c == '_') {
                add(parts, literal);
                if (c == '_' || parts.isEmpty() || !parts.get(parts.size() - 1).equals(ANY_TEXT)) {
                    parts.add(c == '%' ? ANY_TEXT : ANY_CHARACTER);
                }
            } else {
                literal.append(c);
            }
        }
        add(parts, literal);
        return new LikePattern(parts, pattern);
    }

    private static void add(List<String> parts, StringBuilder literal) {
        if (literal.length() > 1) {
            parts.add(literal.toString());
            literal.setLength(1);
        }
    }

    Filter filter(String path, boolean ignoreCase) {
        if (parts.isEmpty()) {
            return Filter.eq(path, "");
        }
        if (parts.size() == 1 && isLiteral(0)) {
            return ignoreCase ? Filter.eqIgnoreCase(path, literal(0)) : Filter.eq(path, literal(0));
        }
        if (parts.size() == 2 && isLiteral(0) && parts.get(1).equals(ANY_TEXT)) {
            return prefix(path, ignoreCase);
        }
        if (parts.size() == 2 && parts.get(0).equals(ANY_TEXT) && isLiteral(1)) {
            return ignoreCase ? Filter.endsWithIgnoreCase(path, literal(1)) : Filter.endsWith(path, literal(1));
        }
        Filter whole = ignoreCase ? Filter.likeIgnoreCase(path, pattern) : Filter.like(path, pattern);
        return isLiteral(0) ? Filter.and(prefix(path, ignoreCase), whole) : whole;
    }

    private Filter prefix(String path, boolean ignoreCase) {
        return ignoreCase ? Filter.startsWithIgnoreCase(path, literal(0)) : Filter.startsWith(path, literal(0));
    }

    private boolean isLiteral(int index) {
        return parts.get(index).charAt(0) == '\'';
    }

    private String literal(int index) {
        return parts.get(index).substring(1);
    }
}
