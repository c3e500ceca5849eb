package io.flowdb.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What was measured by running one body on some threads.
 *
 * @param calls calls of all threads
 * @param nanos from the common start to the end of the last thread
 * @param timedNanos within the timed calls of all threads
 * @param histogram durations of the timed calls
 */
public record TimedRun(long calls, long nanos, long timedNanos, LatencyHistogram histogram) {

    /** What one thread does. It times its calls and stops when the timer has expired or its work is done. */
    @FunctionalInterface
    public interface Body {
        /** Runs thread number {@code thread}, from 0. */
        void run(int thread, CallTimer timer) throws Exception;
    }

    /**
     * Runs {@code body} on each of {@code threads} threads, which start together. The first failure is thrown once all
     * have ended.
     *
     * @param nanos after which the timers expire
     * @param sampleEvery see {@link CallTimer}
     */
    public static TimedRun run(int threads, long nanos, int sampleEvery, Body body) throws Exception {
        if (threads == 1) {
            CallTimer timer = new CallTimer(sampleEvery, nanos);
            long start = System.nanoTime();
            body.run(0, timer);
            return new TimedRun(timer.calls(), System.nanoTime() - start, timer.timedNanos(), timer.histogram());
        }
        long[] start = new long[1];
        CyclicBarrier barrier = new CyclicBarrier(threads, () -> start[0] = System.nanoTime());
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<CallTimer>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                futures.add(pool.submit(() -> {
                    barrier.await();
                    CallTimer timer = new CallTimer(sampleEvery, nanos);
                    body.run(thread, timer);
                    return timer;
                }));
            }
            return collect(futures, start);
        } finally {
            pool.shutdown();
        }
    }

    private static TimedRun collect(List<Future<CallTimer>> futures, long[] start) throws Exception {
        long calls = 0;
        long timedNanos = 0;
        LatencyHistogram histogram = new LatencyHistogram();
        Exception failure = null;
        List<CallTimer> timers = new ArrayList<>();
        for (Future<CallTimer> future : futures) {
            try {
                timers.add(future.get());
            } catch (ExecutionException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        long nanos = System.nanoTime() - start[0];
        if (failure != null) {
            throw failure;
        }
        for (CallTimer timer : timers) {
            calls += timer.calls();
            timedNanos += timer.timedNanos();
            histogram.add(timer.histogram());
        }
        return new TimedRun(calls, nanos, timedNanos, histogram);
    }

    /** Calls a second of the time within calls, where all are timed: what lies between them does not count. */
    public double callsPerTimedSecond() {
        return calls * 1e9 / timedNanos;
    }

    /** Calls a second. */
    public double callsPerSecond() {
        return calls * 1e9 / nanos;
    }
}
