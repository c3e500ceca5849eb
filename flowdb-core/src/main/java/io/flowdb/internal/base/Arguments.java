package io.flowdb.internal.base;

/** Argument checks whose message names the argument, its value and what is allowed. */
public final class Arguments {
    private Arguments() {}

    /** Throws {@link IllegalArgumentException} unless {@code ok}. */
    public static void check(boolean ok, String name, Object value, String allowed) {
        if (!ok) {
            throw new IllegalArgumentException(name + " = " + value + " (allowed: " + allowed + ")");
        }
    }
}
