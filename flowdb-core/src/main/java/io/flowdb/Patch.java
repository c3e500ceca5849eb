package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to change of an existing version; what is not named stays.
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
}
