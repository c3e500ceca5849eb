package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one put.
 *
 * @param ttl time to live of the document from now, or null for that of its store, or of {@code Config.defaultTtl} if
 *     the store has none
 * @param neverExpires whether the document stays although its store, or the configuration, has a time to live
 */
public record PutOptions(@Nullable Duration ttl, boolean neverExpires) {
    /** As the store says, or the configuration if the store says nothing. */
    public static final PutOptions DEFAULT = new PutOptions(null, false);

    /** Checks that the time to live is positive. */
    public PutOptions {
        check(ttl == null || (!ttl.isZero() && !ttl.isNegative()), "ttl", String.valueOf(ttl), "more than zero");
        check(ttl == null || !neverExpires, "neverExpires", neverExpires, "false if ttl is given");
    }

    /** The document expires {@code ttl} from now. */
    public static PutOptions ttl(Duration ttl) {
        return new PutOptions(ttl, false);
    }

    /** The document stays until it is deleted, whatever the store and the configuration say. */
    public static PutOptions withoutExpiry() {
        return new PutOptions(null, true);
    }
}
