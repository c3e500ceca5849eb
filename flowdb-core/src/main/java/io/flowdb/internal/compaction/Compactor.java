package io.flowdb.internal.compaction;

import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.merge.Retention;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out compactions. Every step writes new tables beside the old ones and then switches in one manifest edit, so
 * a failure or crash leaves the inputs in place.
 *
 * <p>A merge into the sorted level goes slice by slice: the keys of one sorted table, and of all level 0 tables among
 * them, become new sorted tables. Until the last slice is done the level 0 tables stay, with entries that stand in the
 * sorted level as well, under the same sequence numbers: readers take either. So the disk never holds more than one
 * slice twice. Between slices, tables that were flushed meanwhile are merged with each other, so that their number
 * stays small however long it takes. Threads: one compaction at a time; if it is urgent, the two halves of a slice are
 * merged at the same time.
 */
public final class Compactor {
    static final long MIN_TABLE_BYTES = 8L << 20;
    private static final long MAX_TABLE_BYTES = 128L << 20;

    /** Tables that the sorted level is cut into, roughly, within the limits above. */
    private static final int SORTED_TABLES = 64;

    private final TableStore tables;
    private final Supplier<Retention> retention;
    private final LiveTables live;
    private final BooleanSupplier cancelled;
    private final Supplier<@Nullable ThreadFactory> urgent;
    private final CompactionPlanner planner;
    private long bytesRead;
    private long bytesWritten;
    private long expired;

    /** The tables that manifest and readers have. */
    public interface LiveTables {
        /** The tables of now; those that are in a compaction stay live until it takes them away. */
        SstSet now();

        /** Puts some in place of others; on return the change is durable and new readers see it. */
        void replace(List<Sst> removed, List<Sst> added);
    }

    /**
     * {@code retention} is asked before each step, {@code cancelled} now and then during it, {@code urgent} before each
     * step: where it may take a second thread from, null if it may not; {@code planner} between the steps.
     */
    public Compactor(
            TableStore tables,
            LiveTables live,
            Supplier<Retention> retention,
            BooleanSupplier cancelled,
            Supplier<@Nullable ThreadFactory> urgent,
            CompactionPlanner planner) {
        this.tables = tables;
        this.live = live;
        this.retention = retention;
        this.cancelled = cancelled;
        this.urgent = urgent;
        this.planner = planner;
    }

    /** Carries out a plan made of {@code set}, which is held meanwhile; false if there was nothing to do. */
    public boolean run(CompactionPlan plan, SstSet set) {
        if (plan instanceof CompactionPlan.MergeTier tier) {
            mergeTier(tier, set);
        } else if (plan instanceof CompactionPlan.MoveDown move) {
            moveDown(move);
        } else if (plan instanceof CompactionPlan.Rewrite rewrite) {
            rewrite(rewrite.table(), set);
        } else if (plan instanceof CompactionPlan.MergeDown down) {
            return mergeDown(down);
        } else {
            return false;
        }
        return true;
    }

    /** Bytes of tables read so far, also for a compaction that failed at a later step. */
    public long bytesRead() {
        return bytesRead;
    }

    /** Bytes of tables written so far, also by a compaction that failed at a later step. */
    public long bytesWritten() {
        return bytesWritten;
    }

    /** Records left out so far because they had expired. */
    public long expiredCount() {
        return expired;
    }

    private void mergeTier(CompactionPlan.MergeTier plan, SstSet set) {
        Set<Sst> inside = new HashSet<>(plan.tables());
        List<Sst> outside =
                set.tables().stream().filter(t -> !inside.contains(t)).toList();
        SliceMerge merge =
                new SliceMerge(tables, plan.tables(), new OlderTables(outside), retention.get(), 0, Long.MAX_VALUE);
        writeInPlaceOf(plan.tables(), merge, new Slice(null, null), null);
    }

    private void rewrite(Sst table, SstSet set) {
        List<Sst> alone = List.of(table);
        if (table.meta().level() == 0) {
            mergeTier(new CompactionPlan.MergeTier(alone), set);
            return;
        }
        /* Other tables of the sorted level share no key with it, and level 0 has nothing older. */
        OlderTables older = new OlderTables(List.of());
        SliceMerge merge = new SliceMerge(tables, alone, older, retention.get(), 1, MAX_TABLE_BYTES);
        writeInPlaceOf(alone, merge, new Slice(null, null), null);
    }

    private void moveDown(CompactionPlan.MoveDown plan) {
        List<Sst> moved = new ArrayList<>();
        for (Sst table : plan.tables()) {
            moved.add(table.atLevel(1));
        }
        live.replace(plan.tables(), moved);
    }

    private boolean mergeDown(CompactionPlan.MergeDown plan) {
        long total = SstSet.bytesOf(plan.level0()) + SstSet.bytesOf(plan.sorted());
        long target = Math.max(MIN_TABLE_BYTES, Math.min(MAX_TABLE_BYTES, total / SORTED_TABLES));
        List<Sst> sorted = plan.sorted();
        boolean changed = !plan.level0().isEmpty();
        List<Sst> pending = new ArrayList<>();
        byte[] start = null;
        long pendingBytes = 0;
        for (int i = 0; i <= sorted.size(); i++) {
            /* Neighbours share a slice while they are small, so that tables do not shrink for ever. */
            boolean last = i >= sorted.size() - 1;
            if (i < sorted.size()) {
                pending.add(sorted.get(i));
                pendingBytes += sorted.get(i).meta().fileBytes();
            }
            if (!last && pendingBytes < target / 2) {
                continue;
            }
            byte[] end = last ? null : sorted.get(i + 1).meta().properties().minKey();
            Slice slice = new Slice(start, end);
            if (isWorthwhile(plan, slice, pending)) {
                List<Sst> inputs = new ArrayList<>(plan.level0());
                inputs.addAll(pending);
                /* Whatever is older than level 0 is in the sorted level, so nothing older lies outside. */
                OlderTables older = new OlderTables(List.of());
                SliceMerge merge = new SliceMerge(tables, inputs, older, retention.get(), 1, target);
                writeInPlaceOf(pending, merge, slice, urgent.get());
                changed = true;
                mergeNewcomers(plan);
            }
            pending = new ArrayList<>();
            pendingBytes = 0;
            start = end;
            if (last) {
                break;
            }
        }
        if (!plan.level0().isEmpty()) {
            live.replace(plan.level0(), List.of());
        }
        return changed;
    }

    private void mergeNewcomers(CompactionPlan.MergeDown running) {
        SstSet now = live.now();
        if (planner.planBeside(now, running.level0()) instanceof CompactionPlan.MergeTier tier) {
            mergeTier(tier, now);
        }
    }

    private static boolean isWorthwhile(CompactionPlan.MergeDown plan, Slice slice, List<Sst> sorted) {
        if (plan.rewriteAll() && !sorted.isEmpty()) {
            /* Several share a slice because they are small. */
            boolean hidesNothing = sorted.get(0).reader().isKnownToHideNothing();
            if (sorted.size() > 1 || !hidesNothing) {
                return true;
            }
        }
        return plan.level0().stream().anyMatch(t -> slice.touches(t.meta().properties()));
    }

    /**
     * Merges what lies in the slice, and puts the result in place of some tables. With {@code threads} its two halves
     * are merged at the same time, so that their borders are borders of tables. What was written counts even if it
     * cannot be made live; what was left out does not, as it will be again.
     */
    private void writeInPlaceOf(List<Sst> replaced, SliceMerge merge, Slice slice, @Nullable ThreadFactory threads) {
        SliceMerge.Result result =
                threads == null ? merge.write(slice, cancelled) : Halves.write(merge, slice, cancelled, threads);
        bytesRead += result.bytesRead();
        bytesWritten += SstSet.bytesOf(result.made());
        live.replace(replaced, result.made());
        expired += result.expired();
    }
}
