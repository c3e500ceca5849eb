package io.flowdb.internal.compaction;

import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.sstable.SstProperties;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Chooses the next compaction, from the set of tables and the time alone.
 *
 * <p>Flushes go to level 0, where tables of similar size are merged with their neighbours (size-tiered). Once level 0
 * has grown to a quarter of the sorted level it is merged into it. Both bounds matter: with s bytes in the sorted
 * level, stale data takes at most about s/4 while level 0 grows, and a byte is rewritten about log2(level 0 / flush) +
 * 5 times. What is due by itself may be nothing, for want of tables or of similar ones, while level 0 is so full that
 * writers are slowed down: then it is merged all the same.
 *
 * <p>Deleted and expired data must go without new data coming: level 0 is merged down early if it has many tombstones
 * or if they hide a quarter of all bytes, and a table is written anew when half of it has expired.
 */
public final class CompactionPlanner {
    /** Level 0 is merged down when it is this part of the sorted level. */
    private static final int DOWN_SHARE = 4;

    /**
     * The largest merge within level 0, as a fraction of the sorted level. The output of a larger one would be merged
     * into the sorted level soon after, and would take space until then.
     */
    private static final int LARGEST_TIER_SHARE = 2 * DOWN_SHARE;

    /** Tables are of similar size if the largest is at most this many times the smallest. */
    private static final int SIMILAR = 4;

    /**
     * How many tables must have come while a merge runs before they are merged with each other: half of the number at
     * which writers stop, less those that the merge began with.
     */
    private static final int MANY_NEWCOMERS = 16;

    private final int threshold;
    private final Level0Limit limit;

    /**
     * {@code threshold} is the number of tables of similar size that makes a merge due, at least 2; {@code limit} says
     * when one is due at the latest.
     */
    public CompactionPlanner(int threshold, Level0Limit limit) {
        this.threshold = threshold;
        this.limit = limit;
    }

    /**
     * What is due now; {@code expiredBefore} gives the moment up to which what expires is invisible to everyone, and is
     * asked only if anything expires.
     */
    public CompactionPlan plan(SstSet set, LongSupplier expiredBefore) {
        CompactionPlan due = set.level0().isEmpty() ? CompactionPlan.Nothing.NOTHING : planLevel0(set);
        return due == CompactionPlan.Nothing.NOTHING && hasExpiring(set)
                ? planExpired(set, expiredBefore.getAsLong())
                : due;
    }

    private CompactionPlan planLevel0(SstSet set) {
        List<Sst> level0 = set.level0();
        boolean pressing = limit.isPressing(set);
        boolean deleting = hasManyTombstones(level0) || hidesMuch(tombstones(level0), set);
        if (level0.size() >= threshold || deleting || pressing) {
            boolean large = DOWN_SHARE * SstSet.bytesOf(level0) >= SstSet.bytesOf(set.sorted());
            if (areDisjoint(level0, set) && !hasTombstones(level0)) {
                return new CompactionPlan.MoveDown(level0);
            }
            if (large || deleting) {
                return new CompactionPlan.MergeDown(level0, set.sorted(), false);
            }
        }
        long largest = SstSet.bytesOf(set.sorted()) / LARGEST_TIER_SHARE;
        CompactionPlan plan = planTier(level0, largest);
        if (plan != CompactionPlan.Nothing.NOTHING || !pressing) {
            return plan;
        }
        /*
         * Level 0 slows writers down, though it is too small to be merged down, and its tables are too few or of too
         * different sizes to be merged by size. So all of them are merged.
         */
        return SstSet.bytesOf(level0) <= largest
                ? new CompactionPlan.MergeTier(level0)
                : new CompactionPlan.MergeDown(level0, set.sorted(), false);
    }

    private static boolean hasExpiring(SstSet set) {
        return set.tables().stream().anyMatch(t -> t.meta().properties().minExpireAt() != Long.MAX_VALUE);
    }

    /**
     * A table of which most has expired, unless it can be dropped whole. Nothing in what it becomes has expired at this
     * moment, so it is due again only when as much of the rest has.
     */
    private static CompactionPlan planExpired(SstSet set, long before) {
        List<Sst> mostlyExpired = set.tables().stream()
                .filter(t -> t.meta().properties().minExpireAt() <= before
                        && t.reader().sample().halfExpiredAt() <= before)
                .toList();
        if (mostlyExpired.isEmpty()) {
            return CompactionPlan.Nothing.NOTHING;
        }
        List<Sst> dropped = ExpirySweep.droppable(set, before);
        return mostlyExpired.stream()
                .filter(t -> !dropped.contains(t))
                .findFirst()
                .<CompactionPlan>map(CompactionPlan.Rewrite::new)
                .orElse(CompactionPlan.Nothing.NOTHING);
    }

    /**
     * Everything into the sorted level, without what is useless. Tables stay as they are if a rewrite is known to drop
     * nothing.
     */
    public CompactionPlan planAll(SstSet set) {
        if (areLarge(set.tables())
                && areDisjoint(set.level0(), set)
                && set.tables().stream().allMatch(t -> t.reader().isKnownToHideNothing())) {
            return set.level0().isEmpty() ? CompactionPlan.Nothing.NOTHING : new CompactionPlan.MoveDown(set.level0());
        }
        return new CompactionPlan.MergeDown(set.level0(), set.sorted(), true);
    }

    /** Whether merging them would not make their number much smaller. */
    private static boolean areLarge(List<Sst> tables) {
        return tables.size() <= 1 || SstSet.bytesOf(tables) / tables.size() >= Compactor.MIN_TABLE_BYTES;
    }

    /**
     * What is due within level 0 while {@code inMerge}, its tables of a moment ago, are merged into the sorted level: a
     * merge of the tables that came since, once they are many. Sooner it would only be one rewrite more, and delay the
     * merge that all wait for.
     */
    CompactionPlan planBeside(SstSet set, Collection<Sst> inMerge) {
        Set<Long> taken = inMerge.stream().map(t -> t.meta().id()).collect(Collectors.toSet());
        List<Sst> since = set.level0().stream()
                .filter(t -> !taken.contains(t.meta().id()))
                .toList();
        if (since.size() < MANY_NEWCOMERS) {
            return CompactionPlan.Nothing.NOTHING;
        }
        long largest = SstSet.bytesOf(set.sorted()) / LARGEST_TIER_SHARE;
        CompactionPlan plan = planTier(since, largest);
        return plan == CompactionPlan.Nothing.NOTHING && SstSet.bytesOf(since) <= largest
                ? new CompactionPlan.MergeTier(since)
                : plan;
    }

    /** The longest run of neighbours of similar size and at most {@code limit} bytes, if it is long enough. */
    private CompactionPlan planTier(List<Sst> level0, long limit) {
        List<Sst> best = List.of();
        for (int from = 0; from < level0.size(); from++) {
            long min = Long.MAX_VALUE;
            long max = 0;
            long bytes = 0;
            for (int to = from; to < level0.size(); to++) {
                min = Math.min(min, level0.get(to).meta().fileBytes());
                max = Math.max(max, level0.get(to).meta().fileBytes());
                bytes += level0.get(to).meta().fileBytes();
                if (max > SIMILAR * min || bytes > limit) {
                    break;
                }
                if (to - from + 1 > best.size()) {
                    best = level0.subList(from, to + 1);
                }
            }
        }
        return best.size() >= threshold
                ? new CompactionPlan.MergeTier(List.copyOf(best))
                : CompactionPlan.Nothing.NOTHING;
    }

    private static boolean areDisjoint(List<Sst> level0, SstSet set) {
        List<Sst> byKey = new ArrayList<>(level0);
        byKey.addAll(set.sorted());
        byKey.sort((a, b) -> Arrays.compareUnsigned(
                a.meta().properties().minKey(), b.meta().properties().minKey()));
        for (int i = 1; i < byKey.size(); i++) {
            byte[] end = byKey.get(i - 1).meta().properties().maxKey();
            if (Arrays.compareUnsigned(end, byKey.get(i).meta().properties().minKey()) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasTombstones(List<Sst> tables) {
        return tables.stream()
                .map(t -> t.meta().properties())
                .anyMatch(p -> p.tombstoneCount() > 0 || p.rangeTombstoneCount() > 0);
    }

    private static List<RangeTombstones> tombstones(List<Sst> tables) {
        return tables.stream()
                .map(t -> t.reader().tombstones())
                .filter(t -> !t.isEmpty())
                .toList();
    }

    /**
     * Whether range tombstones hide so many bytes of older tables that it is worth a merge: as many as level 0 may
     * have. What a table's own tombstones hide is there for a snapshot, and would stay.
     */
    public static boolean hidesMuch(Collection<RangeTombstones> tombstones, SstSet set) {
        if (tombstones.isEmpty()) {
            return false;
        }
        double hidden = 0;
        for (Sst table : set.tables()) {
            hidden += table.reader().sample().hiddenShare(tombstones)
                    * table.meta().fileBytes();
        }
        return hidden > 0 && DOWN_SHARE * hidden >= SstSet.bytesOf(set.tables());
    }

    /** Tombstones keep data that is gone on the disk: merge them down early. */
    private static boolean hasManyTombstones(List<Sst> tables) {
        long entries = 0;
        long tombstones = 0;
        for (Sst table : tables) {
            SstProperties p = table.meta().properties();
            entries += p.entryCount();
            tombstones += p.tombstoneCount();
            if (p.entryCount() == 0 && p.rangeTombstoneCount() > 0) {
                return true;
            }
        }
        return 2 * tombstones > entries;
    }
}
