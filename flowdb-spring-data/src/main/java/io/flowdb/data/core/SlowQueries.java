package io.flowdb.data.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last queries of a {@link FlowDbTemplate} and its repositories that took as long as a threshold, or longer. Reads
 * by id are no queries, and streams are not measured: they are as slow as who reads them. Threads: any.
 */
public final class SlowQueries {

    private static final Logger LOG = LoggerFactory.getLogger(SlowQueries.class);

    /** How many are kept. */
    public static final int KEPT = 50;

    private final long thresholdNanos;
    private final ReentrantLock lock = new ReentrantLock(); // holds no other lock
    private final Deque<SlowQuery> last = new ArrayDeque<>();

    /** Keeps queries that take {@code threshold} or longer. */
    public SlowQueries(Duration threshold) {
        this.thresholdNanos = TimeUnit.NANOSECONDS.convert(threshold);
    }

    /** The last ones, the newest first. */
    public List<SlowQuery> latest() {
        lock.lock();
        try {
            List<SlowQuery> newestFirst = new ArrayList<>(last);
            Collections.reverse(newestFirst);
            return newestFirst;
        } finally {
            lock.unlock();
        }
    }

    /** {@code advice} is asked for only if the query was slow. */
    void measured(String action, QueryRunner.Plan plan, long rows, long nanos, Supplier<@Nullable String> advice) {
        if (nanos < thresholdNanos) {
            return;
        }
        SlowQuery slow = new SlowQuery(
                Instant.now(), plan.store(), action, QueryShape.of(plan), rows, Duration.ofNanos(nanos), advice.get());
        LOG.debug("Slow query: {}", slow);
        lock.lock();
        try {
            last.addLast(slow);
            if (last.size() > KEPT) {
                last.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }
}
