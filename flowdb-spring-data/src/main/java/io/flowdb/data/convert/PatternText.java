package io.flowdb.data.convert;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compiled regular expressions as text with their flags. Stateless. */
public final class PatternText {
    private static final String LETTERS = "idmsuxU";
    private static final int[] FLAGS = {
        Pattern.CASE_INSENSITIVE,
        Pattern.UNIX_LINES,
        Pattern.MULTILINE,
        Pattern.DOTALL,
        Pattern.UNICODE_CASE,
        Pattern.COMMENTS,
        Pattern.UNICODE_CHARACTER_CLASS
    };
    private static final Pattern WITH_FLAGS =
            Pattern.compile("\\(\\?(?:([idmsuxU]+)|#(\\d{1,9}))\\)(.*)", Pattern.DOTALL);

    private PatternText() {}

    /** A text that finds what {@code pattern} finds, with its flags written into it. */
    public static String regex(Pattern pattern) {
        boolean literal = (pattern.flags() & Pattern.LITERAL) != 0;
        return lettered(pattern, literal ? Pattern.quote(pattern.pattern()) : pattern.pattern());
    }

    /**
     * The stored form, from which {@link #read} makes an equal pattern: its flags stand before it, as the letters that
     * Java has for them, {@code (?is)}; where one has no letter, all of them as a number, {@code (?#16)}.
     */
    static String write(Pattern pattern) {
        int lettered = 0;
        for (int flag : FLAGS) {
            lettered |= flag;
        }
        return (pattern.flags() & ~lettered) == 0
                ? lettered(pattern, pattern.pattern())
                : "(?#" + pattern.flags() + ")" + pattern.pattern();
    }

    private static String lettered(Pattern pattern, String text) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < FLAGS.length; i++) {
            if ((pattern.flags() & FLAGS[i]) != 0) {
                letters.append(LETTERS.charAt(i));
            }
        }
        return letters.length() == 0 ? text : "(?" + letters + ")" + text;
    }

    static Pattern read(String text) {
        Matcher flagged = WITH_FLAGS.matcher(text);
        if (!flagged.matches()) {
            return Pattern.compile(text);
        }
        String letters = flagged.group(1);
        int flags = letters == null ? Integer.parseInt(flagged.group(2)) : 0;
        for (int i = 0; letters != null && i < letters.length(); i++) {
            flags |= FLAGS[LETTERS.indexOf(letters.charAt(i))];
        }
        return Pattern.compile(flagged.group(3), flags);
    }
}
