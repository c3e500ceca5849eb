package io.flowdb.json;

/**
 * Finds one part in any number of texts, with or without regard to case. Without regard to case two code points are
 * equal if their upper cases have the same lower case. Takes time in proportion to text and part together. Immutable.
 *
 * <p>Source: Knuth, Morris, Pratt, "Fast pattern matching in strings", 1977.
 */
final class TextSearch {
    /*
     * Case mappings keep a code point within its plane, so a folded text has the length of the text. A part that begins
     * or ends with half a pair could stand in the middle of one, where folding by code point is not folding by half; it
     * is compared place by place.
     */

    /** Up to this length String.indexOf, which compares many places at once, is faster whatever the text. */
    private static final int SHORT = 32;

    private final String part;
    private final boolean ignoreCase;
    /** The part as it is compared. */
    private final char[] wanted;
    /**
     * For each prefix of the part the length of its longest proper prefix that is also its suffix: the failure function
     * of the source. Empty if the part is found in another way.
     */
    private final int[] borders;

    TextSearch(String part, boolean ignoreCase) {
        this.part = part;
        this.ignoreCase = ignoreCase;
        boolean linear = !splitsPairs(part) && (ignoreCase || part.length() > SHORT);
        this.wanted = linear ? folded(part, ignoreCase) : new char[0];
        this.borders = borders(wanted);
    }

    static int fold(int codePoint) {
        return codePoint < 0x80
                ? codePoint >= 'A' && codePoint <= 'Z' ? codePoint + ('a' - 'A') : codePoint
                : Character.toLowerCase(Character.toUpperCase(codePoint));
    }

    /** Whether a text can begin, or end, within a pair of surrogates of another one. */
    static boolean splitsPairs(String text) {
        return !text.isEmpty()
                && (Character.isLowSurrogate(text.charAt(0))
                        || Character.isHighSurrogate(text.charAt(text.length() - 1)));
    }

    private static char[] folded(String text, boolean ignoreCase) {
        return ignoreCase
                ? new String(
                                text.codePoints().map(TextSearch::fold).toArray(),
                                0,
                                text.codePointCount(0, text.length()))
                        .toCharArray()
                : text.toCharArray();
    }

    private static int[] borders(char[] wanted) {
        int[] borders = new int[wanted.length];
        for (int i = 1; i < wanted.length; i++) {
            borders[i] = step(wanted, borders, borders[i - 1], wanted[i]);
        }
        return borders;
    }

    /** How many characters of {@code wanted} match after {@code unit}, if {@code matched} of them matched before it. */
    private static int step(char[] wanted, int[] borders, int matched, char unit) {
        int length = matched;
        while (length > 0 && wanted[length] != unit) {
            length = borders[length - 1];
        }
        return wanted[length] == unit ? length + 1 : 0;
    }

    boolean isIn(String text) {
        return end(text, 0) >= 0;
    }

    /** Where the first occurrence that begins at {@code from} or later ends, or -1. */
    int end(String text, int from) {
        if (wanted.length > 0) {
            return ignoreCase ? foldedEnd(text, from) : exactEnd(text, from);
        }
        int start = ignoreCase ? eachPlace(text, from) : text.indexOf(part, from);
        return start < 0 ? -1 : start + part.length();
    }

    private int exactEnd(String text, int from) {
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            matched = step(wanted, borders, matched, text.charAt(i));
            if (matched == wanted.length) {
                return i + 1;
            }
        }
        return -1;
    }

    private int foldedEnd(String text, int from) {
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (Character.isHighSurrogate(unit)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = fold(Character.toCodePoint(unit, text.charAt(++i)));
                matched = step(wanted, borders, matched, Character.highSurrogate(point));
                unit = Character.lowSurrogate(point); // a part never ends between the two
            } else {
                unit = (char) fold(unit);
            }
            matched = step(wanted, borders, matched, unit);
            if (matched == wanted.length) {
                return i + 1;
            }
        }
        return -1;
    }

    private int eachPlace(String text, int from) {
        for (int at = from; at <= text.length() - part.length(); at++) {
            if (standsAt(text, at)) {
                return at;
            }
        }
        return -1;
    }

    /** Whether the part stands at a place of a text from which on the text is long enough. */
    boolean standsAt(String text, int at) {
        if (!ignoreCase) {
            return text.startsWith(part, at);
        }
        // String.regionMatches finds halves of pairs equal to pairs.
        int end = at + part.length();
        int i = at;
        for (int j = 0; i < end; ) {
            int found = codePointAt(text, i, end);
            int point = codePointAt(part, j, part.length());
            if (found != point && fold(found) != fold(point)) {
                return false;
            }
            i += Character.charCount(found);
            j += Character.charCount(point);
        }
        return true;
    }

    private static int codePointAt(String text, int at, int end) {
        return at + 1 < end ? text.codePointAt(at) : text.charAt(at);
    }
}
