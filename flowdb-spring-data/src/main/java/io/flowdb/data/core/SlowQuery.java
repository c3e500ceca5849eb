package io.flowdb.data.core;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A query that took long. Holds no stored data: values are question marks.
 *
 * @param at when it ended
 * @param store what it read
 * @param action what it was for: find, count, exists, delete
 * @param query its conditions, order and bounds
 * @param rows how many it found, or counted or deleted
 * @param time it took
 * @param advice what would give it an index, or null if it has one or needs none
 */
public record SlowQuery(
        Instant at,
        String store,
        String action,
        String query,
        long rows,
        Duration time,
        @Nullable String advice) {}
