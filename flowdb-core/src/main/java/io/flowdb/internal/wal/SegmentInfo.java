package io.flowdb.internal.wal;

/**
 * A segment that holds frames.
 *
 * @param number of the segment
 * @param lastTag tag of its last frame
 * @param sizeBytes length of its content
 */
record SegmentInfo(long number, long lastTag, long sizeBytes) {}
