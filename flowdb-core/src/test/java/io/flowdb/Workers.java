package io.flowdb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Threads that repeat their work until they are told to stop or one of them fails. Threads: one uses it. */
final class Workers {
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<AtomicInteger> turns = new ArrayList<>();

    /** What a worker does again and again; {@code turn} counts from 0. */
    interface Work {
        void turn(int turn) throws Exception;
    }

    /** Starts a thread. */
    Thread start(String name, Work work) {
        AtomicInteger done = new AtomicInteger();
        Thread thread = new Thread(
                () -> {
                    try {
                        for (int turn = 0; !stop.get(); turn++) {
                            work.turn(turn);
                            done.incrementAndGet();
                        }
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                        stop.set(true);
                    }
                },
                name);
        thread.start();
        threads.add(thread);
        turns.add(done);
        return thread;
    }

    boolean failed() {
        return failure.get() != null;
    }

    /**
     * Lets them work for a while, and on a busy machine until each has had two turns, or until one fails; then ends
     * them all and throws what one has thrown.
     */
    void runFor(Duration time) {
        runFor(time, () -> true);
    }

    /** As {@link #runFor(Duration)}, and until {@code seen} as well. */
    void runFor(Duration time, BooleanSupplier seen) {
        long end = System.nanoTime() + time.toNanos();
        long last = end + Duration.ofSeconds(60).toNanos();
        while (!stop.get()
                && (System.nanoTime() < end
                        || System.nanoTime() < last && !(allTookTwoTurns() && seen.getAsBoolean()))) {
            LockSupport.parkNanos(1_000_000);
        }
        stop();
    }

    private boolean allTookTwoTurns() {
        return turns.stream().allMatch(done -> done.get() >= 2);
    }

    /** Ends them all and throws what one of them has thrown. */
    void stop() {
        stop.set(true);
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(60).toMillis());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (thread.isAlive()) {
                AssertionError hangs = new AssertionError(thread.getName() + " does not end");
                hangs.setStackTrace(thread.getStackTrace());
                throw hangs;
            }
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError("a worker failed: " + failed, failed);
        }
    }
}
