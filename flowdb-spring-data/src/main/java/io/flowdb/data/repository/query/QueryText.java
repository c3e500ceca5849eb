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
    }

    private final String query;
    private final List<Word> words = new ArrayList<>();
    private int next;

    QueryText(String query) {
        this.query = query;
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
        for (int i = 0; i < keywords.length; i++) {
            if (next + i >= words.size() || !words.get(next + i).is(keywords[i])) {
                return false;
            }
        }
        next += keywords.length;
        return true;
    }

    void require(String keyword) {
        if (!takeIf(keyword)) {
            throw failure("'" + keyword + "' expected");
        }
    }

    IllegalArgumentException failure(String message) {
        Word word = peek();
        return new IllegalArgumentException(
                message + " at position " + word.position() + ", found '" + word.text() + "' in \"" + query + "\"");
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
                throw new IllegalArgumentException(
                        "the text from position " + start + " has no closing quote in \"" + query + "\"");
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
                        || (query.charAt(i) == '-' && isExponent(query.charAt(i - 1))))) {
            i++;
        }
        words.add(new Word(Kind.NUMBER, query.substring(start, i).toLowerCase(Locale.ROOT), start));
        return i;
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
        throw new IllegalArgumentException(
                "'" + query.charAt(start) + "' at position " + start + " has no meaning in \"" + query + "\"");
    }
}
