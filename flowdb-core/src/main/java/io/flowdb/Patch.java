package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to change of an existing version; what is not named stays.
 *
 * <p>The array is used as it is, without a copy: do not change it after handing it over.
 *
 * @param value new value, or null to keep it
 * @param ttl new time to live, counted from the patch, or null to keep the expiry
 */
public record Patch(byte @Nullable [] value, @Nullable Duration ttl) {

    /** Checks the time to live. */
    public Patch {
        check(ttl == null || !ttl.isNegative() && !ttl.isZero(), "ttl", ttl == null ? "" : ttl, "more than 0");
    }

    /** A new value. */
    public static Patch value(byte[] value) {
        return new Patch(Objects.requireNonNull(value, "value"), null);
    }

    /** A new time to live. */
    public static Patch ttl(Duration ttl) {
        return new Patch(null, Objects.requireNonNull(ttl, "ttl"));
    }

    /** The same patch with a new time to live. */
    public Patch withTtl(Duration newTtl) {
        return new Patch(value, Objects.requireNonNull(newTtl, "newTtl"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Patch that && Arrays.equals(value, that.value) && Objects.equals(ttl, that.ttl);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(value) + Objects.hashCode(ttl);
    }

    /** The length of the value, which is left out itself, and the time to live. */
    @Override
    public String toString() {
        return "Patch[value=" + (value == null ? "" : value.length + " bytes") + ", ttl=" + (ttl == null ? "" : ttl)
                + "]";
    }
}
