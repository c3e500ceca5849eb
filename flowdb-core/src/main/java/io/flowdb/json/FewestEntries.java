package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds which of several ways to find documents meets the fewest entries. All are counted in step, so that none is
 * counted much further than the smallest is long: what that costs is a part of reading the smallest, a tenth to a fifth
 * for two of the same size. Threads: one.
 */
final class FewestEntries implements AutoCloseable {
    private static final int FIRST_STEP = 16;
    /** A step is this part of what was counted before. */
    private static final int STEP_PART = 4;

    private final View view;
    private final List<Count> counts = new ArrayList<>();

    FewestEntries(View view) {
        this.view = view;
    }

    /** One more way, whose results are united. Of two with as many entries the earlier one is better. */
    void add(List<Access> accesses) {
        counts.add(new Count(accesses));
    }

    /** The best of them; null if all have more than {@code most}. */
    @Nullable
    List<Access> best(long most) {
        for (long bound = Math.min(most, FIRST_STEP);
                ;
                bound = Math.min(most, bound + Math.max(FIRST_STEP, bound / STEP_PART))) {
            Count best = null;
            long wanted = bound; // one more than this shows that it is not the best
            for (Count count : counts) {
                if (count.endsWithin(wanted)) {
                    best = count;
                    wanted = count.entries - 1;
                }
                if (wanted <= 0) {
                    break;
                }
            }
            if (best != null || bound >= most) {
                return best == null ? null : best.accesses;
            }
        }
    }

    @Override
    public void close() {
        counts.forEach(Count::close);
    }

    /** How many entries a way meets, as far as it was counted. */
    private final class Count {
        private final List<Access> accesses;
        private @Nullable StoreCursor cursor;
        private long entries;
        private boolean ended;

        Count(List<Access> accesses) {
            this.accesses = accesses;
            long known = 0;
            for (Access access : accesses) {
                long entriesOf = access.knownEntries();
                known = known < 0 || entriesOf < 0 ? -1 : known + entriesOf;
            }
            if (known >= 0) {
                entries = known;
                ended = true;
            }
        }

        /** Whether there are no more than {@code most}. */
        boolean endsWithin(long most) {
            while (!ended && entries <= most) {
                if (open().next()) {
                    entries++;
                } else {
                    ended = true;
                }
            }
            return ended && entries <= most;
        }

        private StoreCursor open() {
            StoreCursor opened = cursor;
            if (opened == null) {
                List<Range> ranges = new ArrayList<>();
                accesses.forEach(access -> ranges.addAll(access.walked()));
                opened = view.committedKeys(ranges);
                cursor = opened;
            }
            return opened;
        }

        void close() {
            if (cursor != null) {
                cursor.close();
            }
        }
    }
}
