package io.flowdb.data.convert;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A regular expression as text. Flags stand before it, as the letters that Java has for them, {@code (?is)}; where one
 * has no letter, all of them as a number, {@code (?#16)}.
 */
final class PatternText {
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

    static String of(Pattern pattern) {
        StringBuilder letters = new StringBuilder();
        int rest = pattern.flags();
        for (int i = 0; i < FLAGS.length; i++) {
            if ((rest & FLAGS[i]) != 0) {
                letters.append(LETTERS.charAt(i));
                rest &= ~FLAGS[i];
            }
        }
        if (rest != 0) {
            return "(?#" + pattern.flags() + ")" + pattern.pattern();
        }
        return letters.length() == 0 ? pattern.pattern() : "(?" + letters + ")" + pattern.pattern();
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
