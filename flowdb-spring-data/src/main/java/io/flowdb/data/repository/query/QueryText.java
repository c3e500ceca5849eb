package io.flowdb.data.repository.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The words of a query in the language of {@link io.flowdb.data.repository.Query}. Threads: one. */
final class QueryText {

    /** What a word is. */
    enum Kind {
        /** A keyword or a property path. */
        NAME,
        /** A number, without its sign if it has one before it. */
        NUMBER,
        /** Text between quotes, without them. */
        TEXT,
        /** A parameter: {@code :name} or {@code ?1}. */
        PARAMETER,
        /** An operator, a comma or a parenthesis. */
        SYMBOL,
        /** After the last word. */
        END
    }

    /** One word and where it begins. */
    record Word(Kind kind, String text, int position) {
        boolean is(String keyword) {
            return (kind == Kind.NAME || kind == Kind.SYMBOL) && text.equalsIgnoreCase(keyword);
        }

        /** Whether a value begins with it; parentheses left aside. */
        boolean isValue() {
            return kind == Kind.PARAMETER
                    || kind == Kind.TEXT
                    || kind == Kind.NUMBER
                    || is("-")
                    || is("true")
                    || is("false")
                    || is("null");
        }
    }

    private final String query;

    /** The query as it was written, in which every word has the same place; for messages. */
    private final String written;

    private final List<Word> words = new ArrayList<>();
    private int next;

    QueryText(String query, String written) {
        this.query = query;
        this.written = written;
        split();
        words.add(new Word(Kind.END, "the end", query.length()));
    }

    Word peek() {
        return words.get(next);
    }

    Word take() {
        Word word = words.get(next);
        next = Math.min(next + 1, words.size() - 1);
        return word;
    }

    /** Takes the keywords if they come next, all of them. */
    boolean takeIf(String... keywords) {
        boolean taken = isNext(keywords);
        next += taken ? keywords.length : 0;
        return taken;
    }

    /** Whether the keywords come next, all of them. */
    boolean isNext(String... keywords) {
        for (int i = 0; i < keywords.length; i++) {
            if (next + i >= words.size() || !words.get(next + i).is(keywords[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code keyword} comes next and then a value, and not a condition, perhaps in parentheses. */
    boolean valueAfter(String keyword) {
        int i = next + 1;
        while (i < words.size() && words.get(i).is("(")) {
            i++;
        }
        return words.get(next).is(keyword) && i < words.size() && words.get(i).isValue();
    }

    void require(String keyword) {
        if (!takeIf(keyword)) {
            throw failure("'" + keyword + "' expected");
        }
    }

    /** {@code expected} does not come next. */
    IllegalArgumentException failure(String expected) {
        return failure(expected, peek());
    }

    /** {@code expected} is not there where {@code word} is. */
    IllegalArgumentException failure(String expected, Word word) {
        return new IllegalArgumentException(
                expected + " at position " + word.position() + ", found '" + found(word) + "' in \"" + written + "\"");
    }

    private String found(Word word) {
        int from = word.position();
        return word.kind() == Kind.PARAMETER
                ? written.substring(from, from + word.text().length())
                : word.text();
    }

    private void split() {
        int i = 0;
        while (i < query.length()) {
            char c = query.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
            } else if (c == '\'' || c == '"') {
                i = text(i, c);
            } else if (c == ':' || c == '?') {
                i = word(Kind.PARAMETER, i, i + 1);
            } else if (Character.isDigit(c)) {
                i = number(i);
            } else if (Character.isJavaIdentifierStart(c)) {
                i = word(Kind.NAME, i, i);
            } else {
                i = symbol(i);
            }
        }
    }

    /** A doubled quote stands for one. */
    private int text(int start, char quote) {
        StringBuilder text = new StringBuilder();
        int i = start + 1;
        while (true) {
            if (i >= query.length()) {
                throw new IllegalArgumentException("a closing quote expected at position " + query.length()
                        + ", for the text from position " + start + " in \"" + written + "\"");
            }
            char c = query.charAt(i);
            boolean doubled = c == quote && i + 1 < query.length() && query.charAt(i + 1) == quote;
            if (c == quote && !doubled) {
                words.add(new Word(Kind.TEXT, text.toString(), start));
                return i + 1;
            }
            text.append(c);
            i += doubled ? 2 : 1;
        }
    }

    private int word(Kind kind, int start, int from) {
        int i = from;
        while (i < query.length() && (Character.isJavaIdentifierPart(query.charAt(i)) || query.charAt(i) == '.')) {
            i++;
        }
        words.add(new Word(kind, query.substring(start, i), start));
        return i;
    }

    private int number(int start) {
        int i = start;
        while (i < query.length()
                && (Character.isLetterOrDigit(query.charAt(i))
                        || query.charAt(i) == '.'
                        || (isSign(query.charAt(i)) && isExponent(query.charAt(i - 1))))) {
            i++;
        }
        words.add(new Word(Kind.NUMBER, query.substring(start, i).toLowerCase(Locale.ROOT), start));
        return i;
    }

    private static boolean isSign(char c) {
        return c == '-' || c == '+';
    }

    private static boolean isExponent(char c) {
        return c == 'e' || c == 'E';
    }

    private int symbol(int start) {
        for (String symbol : new String[] {"<=", ">=", "<>", "!=", "=", "<", ">", "(", ")", ",", "-"}) {
            if (query.startsWith(symbol, start)) {
                words.add(new Word(Kind.SYMBOL, symbol, start));
                return start + symbol.length();
            }
        }
        throw new IllegalArgumentException("a property, value or operator expected at position " + start + ", found '"
                + query.charAt(start) + "' in \"" + written + "\"");
    }
}
