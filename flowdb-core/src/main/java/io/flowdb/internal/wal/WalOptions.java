package io.flowdb.internal.wal;

/**
 * Settings of the log.
 *
 * @param segmentBytes length from which the next group of frames goes to a new segment
 * @param preallocate whether segments are extended with zeros ahead of use, which makes frequent syncs cheaper
 */
public record WalOptions(long segmentBytes, boolean preallocate) {}
