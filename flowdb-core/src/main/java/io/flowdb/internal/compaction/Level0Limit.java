package io.flowdb.internal.compaction;

import io.flowdb.internal.manifest.SstSet;

/**
 * How large level 0 may become. Writers are slowed down beyond half of it and stop when it is full, so at half of it a
 * compaction is due, whatever the tables are like: nobody waits for one that does not come.
 *
 * @param memtableBytes size at which a memtable is frozen
 */
public record Level0Limit(long memtableBytes) {
    /*
     * With s bytes in the sorted level, the disk holds at its peak: s; level 0; one slice, or the output of one tier
     * merge, at most s/8; and the log of the active and the frozen memtables. Level 0 is merged down from s/4 on, and
     * what comes while that runs is added: writers are slowed down from 3/8 on and stop at 3/4. At the speed of a
     * half-used backlog level 0 stays at about s/2, which leaves 2.2 s with a log of up to s/2.
     */
    private static final int LEVEL0_QUARTERS = 3;
    private static final int MIN_LEVEL0_MEMTABLES = 6;
    private static final int MAX_LEVEL0_TABLES = 40;

    /** Share of the limit from which writers are slowed down. */
    public static final double PRESSING = 0.5;

    /** Bytes that level 0 may have beside this sorted level. */
    public double allowedBytes(SstSet set) {
        return Math.max(
                (double) memtableBytes * MIN_LEVEL0_MEMTABLES, SstSet.bytesOf(set.sorted()) * LEVEL0_QUARTERS / 4.0);
    }

    /** How full level 0 is: 1 is full. */
    public double usedShare(SstSet set) {
        return Math.max(
                SstSet.bytesOf(set.level0()) / allowedBytes(set),
                (double) set.level0().size() / MAX_LEVEL0_TABLES);
    }

    /** Whether writers are slowed down, or soon will be. */
    boolean isPressing(SstSet set) {
        return usedShare(set) >= PRESSING;
    }
}
