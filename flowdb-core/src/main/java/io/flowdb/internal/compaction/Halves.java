package io.flowdb.internal.compaction;

import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.sstable.SstReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Merges a slice in two threads: the caller's and one of its own, which ends with the call. Threads: one. Errors: those
 * of {@link SliceMerge#write} in either half; then the tables of the other half are deleted.
 */
final class Halves {
    /** A smaller input is merged before a second thread would have started. */
    private static final long MIN_BYTES = 2L << 20;

    private final SliceMerge merge;
    private final BooleanSupplier cancelled;
    private final ThreadFactory threads;
    /** Of either half; the other one ends early for it. */
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private SliceMerge.@Nullable Result upper; // written by the other thread before it ends

    private Halves(SliceMerge merge, BooleanSupplier cancelled, ThreadFactory threads) {
        this.merge = merge;
        this.cancelled = cancelled;
        this.threads = threads;
    }

    /** Merges what lies in the slice, as {@link SliceMerge#write}; {@code threads} makes the second thread. */
    static SliceMerge.Result write(SliceMerge merge, Slice slice, BooleanSupplier cancelled, ThreadFactory threads) {
        List<Sst> touched = merge.touched(slice);
        byte[] middle = SstSet.bytesOf(touched) < MIN_BYTES ? null : middle(touched, slice);
        return middle == null
                ? merge.write(slice, cancelled)
                : new Halves(merge, cancelled, threads)
                        .write(
                                new Slice(slice.start(), middle),
                                new Slice(middle, slice.end()),
                                SstSet.bytesOf(touched));
    }

    /** The middle of the largest table, as far as it lies in the slice. */
    private static byte @Nullable [] middle(List<Sst> touched, Slice slice) {
        Optional<SstReader> largest = touched.stream()
                .max(Comparator.comparingLong(t -> t.meta().fileBytes()))
                .map(Sst::reader);
        byte[] key = largest.map(r -> r.middleKey(slice.start(), slice.end())).orElse(null);
        return key != null && slice.splitsAt(key) ? key : null;
    }

    private SliceMerge.Result write(Slice lowerHalf, Slice upperHalf, long bytesRead) {
        Thread helper = threads.newThread(() -> upper = tryWrite(upperHalf));
        helper.setName("flowdb-compaction-half");
        helper.setDaemon(true);
        helper.setContextClassLoader(null);
        boolean started = start(helper);
        SliceMerge.Result lower = tryWrite(lowerHalf);
        if (started) {
            join(helper);
        } else {
            upper = tryWrite(upperHalf);
        }
        SliceMerge.Result other = upper;
        if (lower == null || other == null) {
            discard(lower);
            discard(other);
            throw toThrow();
        }
        List<Sst> made = new ArrayList<>(lower.made());
        made.addAll(other.made());
        return new SliceMerge.Result(made, bytesRead, lower.expired() + other.expired());
    }

    /** False if the system has no thread to give: then this one merges both halves. */
    private static boolean start(Thread helper) {
        try {
            helper.start();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    private SliceMerge.@Nullable Result tryWrite(Slice half) {
        try {
            return merge.write(half, () -> failure.get() != null || cancelled.getAsBoolean());
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            return null;
        }
    }

    private void discard(SliceMerge.@Nullable Result result) {
        if (result != null) {
            merge.tables().discard(result.made());
        }
    }

    private RuntimeException toThrow() {
        Throwable first = failure.get();
        if (first instanceof Error e) {
            throw e;
        }
        return first instanceof RuntimeException e ? e : new IllegalStateException("a half without a result", first);
    }

    private static void join(Thread helper) {
        boolean interrupted = false;
        while (helper.isAlive()) {
            try {
                helper.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
