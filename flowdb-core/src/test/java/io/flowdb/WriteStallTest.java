package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flowdb.error.WriteStallTimeoutException;
import io.flowdb.internal.io.MemoryFileSystem;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.wal.Wal;
import io.flowdb.internal.wal.WalOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A writer that waits for a flush which does not come: it gives up after the limit, and nothing of its write is stored.
 */
class WriteStallTest {
    private static final long LIMIT_MILLIS = 40;
    private static final int MEMTABLE_BYTES = 1_000;

    private final EngineCounters counters = new EngineCounters(() -> 0);
    private final ReadStates states = new ReadStates(new Memtable(), List.of(), SstSet.of(List.of(), 1));
    private final Wal wal = Wal.open(
            new MemoryFileSystem(),
            Path.of("/log").toAbsolutePath(),
            new WalOptions(1 << 20, false),
            0,
            (f, p, n, o) -> {},
            () -> {});
    private final CommitPipeline pipeline = new CommitPipeline(
            wal, states, new CommitOptions(MEMTABLE_BYTES, 1, false, false, LIMIT_MILLIS), counters, 0, () -> {});

    private void write(int i) {
        pipeline.commit(
                new WriteBatch().put(FlowRecord.of("k" + i, 0, "v".repeat(MEMTABLE_BYTES))),
                null,
                WriteOptions.DEFAULT);
    }

    @Test
    void write_noFlushForTheLimit_failsAndStoresNothing() {
        write(1);
        write(2); // the first memtable is frozen, which is all that may be
        assertThat(counters.stalls.sum())
                .as("slowed down, as the last memtable is full")
                .isEqualTo(1);
        long slowedNanos = counters.stallNanos.sum();
        WriteStallTimeoutException refused = catchThrowableOfType(WriteStallTimeoutException.class, () -> write(3));

        assertThat(refused).isNotNull().hasMessageContaining("stalled for");
        assertThat(refused.retryable()).isTrue();
        assertThat(pipeline.publishedSeqno()).isEqualTo(2);
        assertThat(wal.writtenTag()).isEqualTo(2);
        assertThat(counters.stalls.sum()).isEqualTo(2);
        assertThat(counters.stallNanos.sum() - slowedNanos).isGreaterThanOrEqualTo(LIMIT_MILLIS * 1_000_000);

        states.flushed(states.current().frozen().get(0), List.of()).retire();
        pipeline.frozenCountFell();
        write(4);
        assertThat(pipeline.publishedSeqno()).as("no number was lost").isEqualTo(3);
        assertThat(counters.stalls.sum()).as("slowed down, but not stopped").isEqualTo(3);
    }

    /** The wait took the interrupt, and giving up lost it. */
    @Test
    void write_interruptedWhileItWaits_isStillInterruptedWhenItGivesUp() {
        write(1);
        write(2);
        Thread.currentThread().interrupt();
        WriteStallTimeoutException refused = catchThrowableOfType(WriteStallTimeoutException.class, () -> write(3));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(refused).isNotNull();
        assertThat(pipeline.publishedSeqno()).isEqualTo(2);
    }
}
