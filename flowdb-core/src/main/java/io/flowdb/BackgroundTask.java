package io.flowdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that runs a task when it is woken and at least once a period. A task that throws is run again after a
 * pause: its owner keeps the failure for the statistics. Threads: any.
 */
final class BackgroundTask implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundTask.class);
    private static final long FIRST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LONGEST_SECONDS = TimeUnit.NANOSECONDS.toSeconds(Long.MAX_VALUE);

    private final Thread thread;
    private final Runnable task;
    private final long periodNanos;
    private final ReentrantLock lock = new ReentrantLock(); // rank 70, docs/concurrency.md
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private boolean due;

    @GuardedBy("lock")
    private boolean closed;

    /** Not started yet; {@code name} is the thread's, which {@code threads} makes. */
    BackgroundTask(ThreadFactory threads, String name, Duration period, Runnable task) {
        this.task = task;
        this.periodNanos = TimeUnit.SECONDS.convert(period) > LONGEST_SECONDS ? Long.MAX_VALUE : period.toNanos();
        this.thread = threads.newThread(this::loop);
        thread.setName(name);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
    }

    void start() {
        thread.start();
    }

    /** Runs the task soon. */
    void wake() {
        lock.lock();
        try {
            due = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a running task and ends the thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        long pause = 0; // before the next try, if the last one failed
        while (true) {
            try {
                if (!(pause == 0 ? awaitDue(periodNanos, true) : awaitDue(pause, false))) {
                    return;
                }
                task.run();
                pause = 0;
            } catch (RuntimeException | Error e) {
                pause = pause == 0 ? FIRST_RETRY_NANOS : Math.min(LAST_RETRY_NANOS, 2 * pause);
                report(e);
            }
        }
    }

    /**
     * Logs a failure. What the log cannot take, for want of memory perhaps, must not end the thread: nothing would be
     * flushed any more.
     */
    private void report(Throwable failure) {
        try {
            LOG.warn("{} failed and will be tried again", thread.getName(), failure);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /** Waits until the task is due, the time is over or the task is closed; false if closed. */
    private boolean awaitDue(long nanos, boolean wakeable) {
        long left = nanos;
        lock.lock();
        try {
            while (!closed && left > 0 && !(wakeable && due)) {
                left = changed.awaitNanos(left);
            }
            due = false;
            return !closed;
        } catch (InterruptedException e) {
            return !closed;
        } finally {
            lock.unlock();
        }
    }
}
