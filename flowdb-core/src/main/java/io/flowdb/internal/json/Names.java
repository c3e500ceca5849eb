package io.flowdb.internal.json;

import io.flowdb.internal.base.Arguments;
import java.util.Objects;

/** The rule for names of stores and indexes: 1 to 255 ASCII letters, digits, {@code _}, {@code -}, {@code .}. */
public final class Names {
    private static final int MAX_LENGTH = 255;

    private Names() {}

    /** Returns {@code name} if it obeys the rule; {@code what} is {@code "store"} or {@code "index"}. */
    public static String check(String what, String name) {
        Objects.requireNonNull(name, what);
        Arguments.check(isName(name), what + " name", name, "1 to 255 ASCII letters, digits, '_', '-', '.'");
        return name;
    }

    private static boolean isName(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean ok = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '_'
                    || c == '-'
                    || c == '.';
            if (!ok) {
                return false;
            }
        }
        return true;
    }
}
