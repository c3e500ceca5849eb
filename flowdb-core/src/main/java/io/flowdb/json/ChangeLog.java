package io.flowdb.json;

import io.flowdb.CommitOutcome;
import org.jspecify.annotations.Nullable;

/** Keeps committed changes in commit order for the change feed. Threads: any. */
final class ChangeLog {
    ChangeLog(Database database) {}

    long begin(CommitPlan plan) {
        return 0;
    }

    void end(long ticket, CommitPlan plan, @Nullable CommitOutcome outcome) {}

    boolean isActive() {
        return false;
    }

    void close() {}
}
