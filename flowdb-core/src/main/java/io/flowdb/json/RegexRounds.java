package io.flowdb.json;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many rounds of counted repetitions a match of a regular expression may take in one place without a look at the
 * text: {@code (?:(?:){1000}){1000}} takes a million for nothing. An upper bound, as what a group repeats may be empty;
 * single characters are always looked at. Threads: one.
 */
final class RegexRounds {
    /** Stands for more than anybody can wait for. */
    private static final long ENDLESS = Long.MAX_VALUE / 4;

    private final String regex;
    private int at;

    private RegexRounds(String regex) {
        this.regex = regex;
    }

    /** The rounds of {@code regex}, which has been compiled. */
    static long of(String regex) {
        RegexRounds rounds = new RegexRounds(regex);
        // In a text with comments it is not known where a group ends, so all may be inside each other.
        return regex.matches("(?s).*\\(\\?[a-zA-Z]*x.*") ? rounds.ofAllTogether() : rounds.ofGroups();
    }

    private long ofAllTogether() {
        long product = 1;
        while (at < regex.length()) {
            if (regex.charAt(at++) == '{') {
                product = times(product, number());
            }
        }
        return product == 1 ? 0 : product;
    }

    private long ofGroups() {
        Deque<Long> outside = new ArrayDeque<>();
        long sum = 0; // of the group that is read
        while (at < regex.length()) {
            char c = regex.charAt(at++);
            long rounds;
            boolean mayBeEmpty = true;
            switch (c) {
                case '(' -> {
                    outside.push(sum);
                    sum = 0;
                    passOverKindOfGroup();
                    continue;
                }
                case ')' -> {
                    rounds = sum;
                    sum = outside.isEmpty() ? 0 : outside.pop();
                }
                case '[' -> {
                    passOverClass();
                    rounds = 0;
                    mayBeEmpty = false;
                }
                case '\\' -> {
                    rounds = 0;
                    mayBeEmpty = escape();
                }
                case '{' -> { // where nothing stands before it, nothing is repeated
                    at--;
                    rounds = count();
                }
                default -> {
                    rounds = 0;
                    mayBeEmpty = "^$*+?|".indexOf(c) >= 0;
                }
            }
            long count = at < regex.length() && regex.charAt(at) == '{' ? count() : 1;
            long repeated = count > 1 && mayBeEmpty ? times(Math.max(rounds, 1), count) : times(rounds, count);
            sum = Math.min(sum + repeated, ENDLESS);
        }
        return sum;
    }

    /** Passes over what says of a group what it is: {@code ?:}, {@code ?<=}, {@code ?<name>}, {@code ?i:}. */
    private void passOverKindOfGroup() {
        if (!regex.startsWith("?", at)) {
            return;
        }
        at++;
        if (regex.startsWith("<=", at) || regex.startsWith("<!", at)) {
            at += 2;
            return;
        }
        char end = regex.startsWith("<", at) ? '>' : ':';
        while (at < regex.length() && (end == '>' || Character.isLetter(regex.charAt(at)) || regex.charAt(at) == '-')) {
            if (regex.charAt(at++) == end) {
                return;
            }
        }
        if (at < regex.length() && regex.charAt(at) != ')') { // the end of mere flags, and of their group
            at++;
        }
    }

    /** The least number in the braces that begin here; goes to their end. */
    private long count() {
        at++;
        long count = number();
        while (at < regex.length() && regex.charAt(at) != '}') {
            at++;
        }
        at++;
        return count;
    }

    /** The number that begins here, at least 1. */
    private long number() {
        long number = 0;
        for (; at < regex.length() && Character.isDigit(regex.charAt(at)); at++) {
            number = Math.min(number * 10 + Character.digit(regex.charAt(at), 10), ENDLESS);
        }
        return Math.max(number, 1);
    }

    /** Passes over what follows a backslash; whether it may stand for an empty text. */
    private boolean escape() {
        if (at >= regex.length()) {
            return false;
        }
        char c = regex.charAt(at++);
        if (c == 'Q') {
            int end = regex.indexOf("\\E", at);
            at = end < 0 ? regex.length() : end + 2;
            return false;
        }
        boolean named = c == 'k' || c == 'p' || c == 'P' || c == 'x' || c == 'N' || c == 'b';
        if (named && at < regex.length() && (regex.charAt(at) == '{' || regex.charAt(at) == '<')) {
            boolean isCount = c == 'b' && !regex.startsWith("{g}", at); // which repeats a boundary
            int end = isCount ? -1 : regex.indexOf(regex.charAt(at) == '{' ? '}' : '>', at);
            at = end < 0 ? at : end + 1;
        }
        return c == 'k' || c == 'b' || c == 'B' || c == 'A' || c == 'G' || c == 'Z' || c == 'z' || c >= '1' && c <= '9';
    }

    /** Passes over what is in brackets. */
    private void passOverClass() {
        int open = 1;
        boolean first = true;
        while (at < regex.length() && open > 0) {
            char c = regex.charAt(at++);
            if (c == '\\') {
                escape();
            } else if (c == '[') {
                open++;
                first = true;
                continue;
            } else if (c == ']' && !first) {
                open--;
            }
            first = first && c == '^';
        }
    }

    private static long times(long a, long b) {
        return a != 0 && b > ENDLESS / a ? ENDLESS : a * b;
    }
}
