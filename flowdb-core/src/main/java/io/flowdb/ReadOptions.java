package io.flowdb;

/**
 * Per-call settings of a read.
 *
 * @param fillCache whether blocks read from disk enter the block cache; switch it off for one-time full scans
 * @param verifyChecksums whether blocks read from disk are checked; those in the cache have been, so unchecked ones do
 *     not enter it
 */
public record ReadOptions(boolean fillCache, boolean verifyChecksums) {
    /** Fill the cache and verify. */
    public static final ReadOptions DEFAULT = new ReadOptions(true, true);
}
