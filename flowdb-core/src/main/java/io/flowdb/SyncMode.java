package io.flowdb;

import java.time.Duration;
import java.util.Objects;

/** When a commit is forced to stable storage. */
public sealed interface SyncMode {

    /** A write returns only after its bytes survive power loss. Concurrent writers share one sync. */
    static SyncMode always() {
        return Always.ALWAYS;
    }

    /**
     * A write returns once the operating system has its bytes (they survive a process kill); a timer forces them to
     * disk, so power loss takes at most the last {@code period}.
     *
     * @param period at least one millisecond, checked by {@link Config.Builder#build()}
     */
    static SyncMode interval(Duration period) {
        return new Interval(period);
    }

    /** See {@link #always()}. */
    enum Always implements SyncMode {
        ALWAYS
    }

    /** See {@link #interval(Duration)}. */
    record Interval(Duration period) implements SyncMode {
        /** The period is judged when a configuration is built. */
        public Interval {
            Objects.requireNonNull(period, "period");
        }
    }
}
