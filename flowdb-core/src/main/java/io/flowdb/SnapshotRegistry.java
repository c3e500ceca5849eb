package io.flowdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.internal.merge.Retention;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The live snapshots, oldest first. What a flush or compaction may drop follows from them. Threads: any.
 */
final class SnapshotRegistry {
    /*
     * Rank 60, docs/concurrency.md. A monitor, as that is given back wherever the stack of a thread ends; it is taken
     * for each query, and to look for room on the stack would cost more. Nothing waits in it.
     */
    private final Object lock = new Object();

    private final LongSupplier newestVisible;
    private final LongSupplier clockMicros;

    @GuardedBy("lock")
    private @Nullable Pin oldest;

    @GuardedBy("lock")
    private @Nullable Pin newest;

    @GuardedBy("lock")
    private int count;

    /**
     * Records that expire up to this moment may be dropped at any time: the latest one that a running flush, compaction
     * or drop was told.
     */
    @GuardedBy("lock")
    private long expiredBefore = Long.MIN_VALUE;

    /** Flushes, compactions and drops that run. */
    @GuardedBy("lock")
    private int dropping;

    /** A pinned sequence number and moment. */
    static final class Pin {
        private final long seqno;
        private final long nowMicros;
        private @Nullable Pin older;
        private @Nullable Pin younger;
        private boolean live = true;

        private Pin(long seqno, long nowMicros) {
            this.seqno = seqno;
            this.nowMicros = nowMicros;
        }

        long seqno() {
            return seqno;
        }

        long nowMicros() {
            return nowMicros;
        }
    }

    /** {@code newestVisible} gives the newest sequence number that readers may see. */
    SnapshotRegistry(LongSupplier newestVisible, LongSupplier clockMicros) {
        this.newestVisible = newestVisible;
        this.clockMicros = clockMicros;
    }

    /**
     * Pins the newest visible state and the present moment. If the clock has been set back, the moment is the latest
     * that a running flush, compaction or drop was told: what had expired then may go at any time.
     */
    Pin pin() {
        long now = clockMicros.getAsLong();
        synchronized (lock) {
            Pin pin = new Pin(newestVisible.getAsLong(), Math.max(now, expiredBefore));
            Pin before = newest;
            pin.older = before;
            if (before == null) {
                oldest = pin;
            } else {
                before.younger = pin;
            }
            newest = pin;
            count++;
            return pin;
        }
    }

    /** Lets go of a pin. Idempotent. */
    void unpin(Pin pin) {
        synchronized (lock) {
            if (!pin.live) {
                return;
            }
            pin.live = false;
            count--;
            Pin older = pin.older;
            Pin younger = pin.younger;
            if (older == null) {
                oldest = younger;
            } else {
                older.younger = younger;
            }
            if (younger == null) {
                newest = older;
            } else {
                younger.older = older;
            }
        }
    }

    /** The newest sequence number that readers may see. */
    long newestVisible() {
        return newestVisible.getAsLong();
    }

    /** Number of live snapshots. */
    int count() {
        synchronized (lock) {
            return count;
        }
    }

    /**
     * Something that will ask for {@link #retention} begins; it lasts until its result is what readers see, or is given
     * up, and then calls {@link #endDropping}.
     */
    void beginDropping() {
        synchronized (lock) {
            dropping++;
        }
    }

    /** See {@link #beginDropping}. */
    void endDropping() {
        synchronized (lock) {
            dropping--;
            expiredBefore = dropping == 0 ? Long.MIN_VALUE : expiredBefore;
        }
    }

    /**
     * What has to be kept for every live and later snapshot; between {@link #beginDropping} and {@link #endDropping}.
     * What never expires is kept whatever the clock says.
     */
    Retention retention() {
        long now = Math.min(clockMicros.getAsLong(), FlowRecord.NEVER - 1);
        synchronized (lock) {
            long[] seqnos = new long[count + 1];
            int n = 0;
            for (Pin pin = oldest; pin != null; pin = pin.younger) {
                if (n == 0 || seqnos[n - 1] != pin.seqno) {
                    seqnos[n++] = pin.seqno;
                }
                now = Math.min(now, pin.nowMicros);
            }
            long visible = newestVisible.getAsLong();
            if (n == 0 || seqnos[n - 1] != visible) {
                seqnos[n++] = visible;
            }
            expiredBefore = Math.max(expiredBefore, now);
            return new Retention(Arrays.copyOf(seqnos, n), now);
        }
    }
}
