package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much writers are slowed down while memtables wait; what level 0 adds is held by {@link EngineSpaceTest}. */
class BacklogTest {
    private static final long MEMTABLE_BYTES = 64 << 10;
    private static final int COMMIT_BYTES = 4 << 10;
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SstSet noTables = SstSet.of(List.of(), 1);
    private final Memtable active = new Memtable();

    private ReadState state(int frozen) {
        return new ReadState(active, Collections.nCopies(frozen, new Memtable()), noTables);
    }

    private static Backlog backlog() {
        return new Backlog(MEMTABLE_BYTES, 2, true);
    }

    private void fillTo(double share) {
        byte[] operation =
                new WriteBatch().put(FlowRecord.of("key", 0, "v".repeat(1_000))).encoded();
        for (long seqno = active.count() + 1; active.sizeBytes() < share * MEMTABLE_BYTES; seqno++) {
            active.add(operation, 0, seqno);
        }
    }

    @Test
    void pause_roomForAnotherMemtable_isNone() {
        fillTo(1);
        assertThat(backlog().pauseNanos(state(1), COMMIT_BYTES)).isZero();
        assertThat(backlog().isFull(state(1))).isFalse();
    }

    @Test
    void pause_lastMemtableFills_growsWithIt() {
        long before = 0;
        for (double share = 0.3; share < 0.5; share += 0.1) {
            fillTo(share);
            assertThat(backlog().pauseNanos(state(2), COMMIT_BYTES)).isZero();
        }
        for (double share = 0.8; share <= 1; share += 0.05) {
            fillTo(share);
            long pause = backlog().pauseNanos(state(2), COMMIT_BYTES);
            assertThat(pause).isBetween(before + 1, LONGEST_NANOS);
            before = pause;
        }
        assertThat(backlog().isFull(state(2))).isTrue();
    }

    /**
     * Commits whose share of the rate is less than a pause is worth are slowed down together, and none of them for
     * long.
     */
    @Test
    void pause_smallCommits_areAddedUp() {
        fillTo(0.75);
        Backlog backlog = backlog();
        long longest = 0;
        int pauses = 0;
        for (int i = 0; i < 1_000; i++) {
            long pause = backlog.pauseNanos(state(2), 100);
            pauses += pause > 0 ? 1 : 0;
            longest = Math.max(longest, pause);
        }
        assertThat(pauses).isBetween(1, 999);
        assertThat(longest).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1)).isLessThanOrEqualTo(LONGEST_NANOS);
    }
}
