package io.flowdb.internal.sstable;

/**
 * How a walk reads a table.
 *
 * @param minTs blocks without any ts from here...
 * @param maxTs ... to here are skipped
 * @param fillCache whether blocks read from disk enter the cache
 * @param verify whether blocks read from disk are checked
 */
public record ScanOptions(long minTs, long maxTs, boolean fillCache, boolean verify) {
    /** Every block, checked, leaving the cache as it is. */
    public static final ScanOptions BACKGROUND = new ScanOptions(Long.MIN_VALUE, Long.MAX_VALUE, false, true);

    /** As point reads read. */
    static final ScanOptions POINT = new ScanOptions(Long.MIN_VALUE, Long.MAX_VALUE, true, true);

    boolean prunesTime() {
        return minTs != Long.MIN_VALUE || maxTs != Long.MAX_VALUE;
    }
}
