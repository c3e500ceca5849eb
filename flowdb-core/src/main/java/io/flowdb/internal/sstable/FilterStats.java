package io.flowdb.internal.sstable;

import io.flowdb.internal.stats.ThreadCells;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what filters and locators answered, over all tables of an engine. Each time one was asked counts in one of the
 * four.
 */
public final class FilterStats {
    /** Times a filter did not rule out a key that was there, as far as is known. */
    public final LongAdder positives = new LongAdder();

    /**
     * Further positives: those of locators that led to a block in the cache. They count as hits of the cache as
     * well, so that such a read adds to one counter only.
     */
    public final ThreadCells located = new ThreadCells();

    /** Times a filter or locator ruled out the key. */
    public final LongAdder negatives = new LongAdder();

    /** Times neither ruled out a key that was absent. */
    public final LongAdder falsePositives = new LongAdder();
}
