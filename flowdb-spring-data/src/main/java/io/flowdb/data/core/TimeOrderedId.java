package io.flowdb.data.core;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids of RFC 9562, version 7: 48 bits of milliseconds, 12 bits of a fraction of the millisecond, 62 bits from a secure
 * source. Ids of one process rise, so that new documents lie together. Threads: any.
 */
final class TimeOrderedId {

    private static final int FRACTION_BITS = 12;
    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final SecureRandom random = new SecureRandom();

    /** Time of the last id in 1/4096 ms. Never moves back. */
    private final AtomicLong last = new AtomicLong();

    UUID next() {
        Instant now = Instant.now();
        long fraction = (now.getNano() % 1_000_000L << FRACTION_BITS) / 1_000_000L;
        long time = now.toEpochMilli() << FRACTION_BITS | fraction;
        long ticks = last.updateAndGet(previous -> Math.max(previous + 1, time));
        long high = ticks >>> FRACTION_BITS << 16 | VERSION_7 | (ticks & ((1 << FRACTION_BITS) - 1));
        return new UUID(high, random.nextLong() >>> 2 | VARIANT);
    }
}
