package io.flowdb.internal.merge;

import org.jspecify.annotations.Nullable;

/**
 * What a scan wants.
 *
 * @param startKey inclusive, null for the first key
 * @param endKey exclusive, null for after the last key
 * @param minTs inclusive
 * @param maxTs inclusive
 * @param reversed whether to walk from the end
 */
public record ScanBounds(
        byte @Nullable [] startKey, byte @Nullable [] endKey, long minTs, long maxTs, boolean reversed) {}
