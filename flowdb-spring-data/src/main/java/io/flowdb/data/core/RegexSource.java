package io.flowdb.data.core;

import java.util.regex.Pattern;

/** The text of a compiled pattern, with its flags written into it. */
final class RegexSource {

    private static final int[] FLAGS = {
        Pattern.CASE_INSENSITIVE,
        Pattern.UNIX_LINES,
        Pattern.MULTILINE,
        Pattern.DOTALL,
        Pattern.UNICODE_CASE,
        Pattern.COMMENTS,
        Pattern.UNICODE_CHARACTER_CLASS
    };
    private static final String LETTERS = "idmsuxU";

    private RegexSource() {}

    static String of(Pattern pattern) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < FLAGS.length; i++) {
            if ((pattern.flags() & FLAGS[i]) != 0) {
                letters.append(LETTERS.charAt(i));
            }
        }
        boolean literal = (pattern.flags() & Pattern.LITERAL) != 0;
        String source = literal ? Pattern.quote(pattern.pattern()) : pattern.pattern();
        return letters.length() == 0 ? source : "(?" + letters + ")" + source;
    }
}
