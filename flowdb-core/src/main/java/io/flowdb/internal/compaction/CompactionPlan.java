package io.flowdb.internal.compaction;

import io.flowdb.internal.manifest.Sst;
import java.util.List;

/** What to do next. A value: another class carries it out. */
public sealed interface CompactionPlan {

    /** Nothing is due. */
    enum Nothing implements CompactionPlan {
        NOTHING
    }

    /**
     * Merge some level 0 tables into one of level 0.
     *
     * @param tables neighbours by sequence number
     */
    record MergeTier(List<Sst> tables) implements CompactionPlan {}

    /**
     * Merge all level 0 tables into the sorted level.
     *
     * @param level0 every level 0 table
     * @param sorted every table of the sorted level
     * @param rewriteAll whether tables of the sorted level that no level 0 table overlaps are rewritten too, if that
     *     may drop anything
     */
    record MergeDown(List<Sst> level0, List<Sst> sorted, boolean rewriteAll) implements CompactionPlan {}

    /**
     * Give level 0 tables that overlap nothing to the sorted level as they are.
     *
     * @param tables pairwise disjoint, and disjoint from the sorted level
     */
    record MoveDown(List<Sst> tables) implements CompactionPlan {}

    /**
     * Write a table anew, without what has expired.
     *
     * @param table stays on its level
     */
    record Rewrite(Sst table) implements CompactionPlan {}
}
