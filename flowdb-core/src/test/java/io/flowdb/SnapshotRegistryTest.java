package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.merge.Retention;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** What compactions may drop, against the snapshots that are taken meanwhile. */
class SnapshotRegistryTest {
    private final AtomicReference<LongSupplier> clock = new AtomicReference<>(() -> 100);

    private SnapshotRegistry registry(AtomicLong newest) {
        return new SnapshotRegistry(newest::get, () -> clock.get().getAsLong());
    }

    /**
     * Whoever takes a snapshot looks at the clock first. If it was stopped there while a compaction began, the snapshot
     * showed records that the compaction took for expired: they were there at first and gone when the compaction had
     * ended.
     */
    @Test
    void pin_compactionBeginsAfterTheLookAtTheClock_judgesExpiryNoEarlierThanIt() {
        SnapshotRegistry registry = registry(new AtomicLong(7));
        AtomicReference<Retention> compaction = new AtomicReference<>();
        registry.beginDropping();
        clock.set(() -> {
            clock.set(() -> 200);
            compaction.set(registry.retention());
            return 100;
        });

        SnapshotRegistry.Pin pin = registry.pin();

        assertThat(compaction.get().expiredBefore()).isEqualTo(200);
        assertThat(pin.nowMicros()).isGreaterThanOrEqualTo(200);
    }

    /** The same with a clock that is set back while a compaction runs. */
    @Test
    void pin_clockIsSetBackDuringACompaction_judgesExpiryNoEarlierThanIt() {
        SnapshotRegistry registry = registry(new AtomicLong(7));
        clock.set(() -> 200);
        registry.beginDropping();
        Retention compaction = registry.retention();
        clock.set(() -> 100);

        SnapshotRegistry.Pin pin = registry.pin();

        assertThat(pin.nowMicros()).isGreaterThanOrEqualTo(compaction.expiredBefore());
        registry.endDropping();
        assertThat(registry.pin().nowMicros())
                .as("once it has ended, the clock counts again")
                .isEqualTo(100);
    }

    /**
     * A flush that began after the clock had been set back made the moment of snapshots fall below that of the
     * compaction, which still ran: a snapshot showed records that were gone when the compaction had ended.
     */
    @Test
    void pin_flushBeginsAfterTheClockIsSetBack_judgesExpiryNoEarlierThanTheCompaction() {
        SnapshotRegistry registry = registry(new AtomicLong(7));
        clock.set(() -> 200);
        registry.beginDropping();
        Retention compaction = registry.retention();
        clock.set(() -> 100);
        registry.beginDropping();
        Retention flush = registry.retention();
        registry.endDropping();

        assertThat(flush.expiredBefore())
                .as("keeps what the clock says is alive")
                .isEqualTo(100);
        assertThat(registry.pin().nowMicros()).isGreaterThanOrEqualTo(compaction.expiredBefore());
    }

    /** A clock that once gave the last moment of all let every record pass for expired, also those without expiry. */
    @Test
    void retention_lastMomentOfAll_keepsWhatNeverExpires() {
        clock.set(() -> Long.MAX_VALUE);
        assertThat(registry(new AtomicLong(7)).retention().expiredBefore()).isLessThan(FlowRecord.NEVER);
    }

    @Test
    void retention_severalPins_keepsEachNumberOnceAndTheEarliestMoment() {
        AtomicLong newest = new AtomicLong(7);
        SnapshotRegistry registry = registry(newest);
        SnapshotRegistry.Pin first = registry.pin();
        clock.set(() -> 300);
        SnapshotRegistry.Pin second = registry.pin();
        newest.set(9);

        assertThat(registry.count()).isEqualTo(2);
        assertThat(registry.retention().snapshots()).containsExactly(7, 9);
        assertThat(registry.retention().expiredBefore()).isEqualTo(100);
        registry.unpin(first);
        registry.unpin(first);
        assertThat(registry.count()).isEqualTo(1);
        assertThat(registry.retention().expiredBefore()).isEqualTo(300);
        registry.unpin(second);
        assertThat(registry.retention().snapshots()).containsExactly(9);
    }
}
