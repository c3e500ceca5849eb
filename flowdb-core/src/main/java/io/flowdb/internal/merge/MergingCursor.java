package io.flowdb.internal.merge;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.Keys;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All entries of several sources between two keys as one walk forward, in internal order. A binary heap of the sources'
 * current entries; the one at its top is the current one. Threads: one.
 */
public final class MergingCursor implements AutoCloseable {
    private final List<? extends InternalCursor> sources;
    private final byte @Nullable [] end;
    private final Head[] heap;
    private int size;

    /** A source, and the entry it stands on. */
    private static final class Head {
        private final InternalCursor source;
        private InternalEntry entry;

        Head(InternalCursor source) {
            this.source = source;
            this.entry = source.entry();
        }
    }

    /**
     * Takes over {@code sources} and walks over their keys from {@code start} (inclusive) to {@code end} (exclusive);
     * null is unbounded.
     */
    public MergingCursor(List<? extends InternalCursor> sources, byte @Nullable [] start, byte @Nullable [] end) {
        this.sources = sources;
        this.end = end;
        this.heap = new Head[sources.size()];
        for (InternalCursor source : sources) {
            if (start == null) {
                source.first();
            } else {
                source.seek(start, Long.MIN_VALUE, Long.MAX_VALUE);
            }
            if (source.valid() && isBeforeEnd(source.entry())) {
                heap[size++] = new Head(source);
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    /** Whether there is a current entry. */
    public boolean valid() {
        return size > 0;
    }

    /** The current entry, until {@link #next()}; undefined while not {@link #valid()}. */
    public InternalEntry entry() {
        return heap[0].entry;
    }

    /** Moves on. */
    public void next() {
        Head top = heap[0];
        top.source.next();
        if (top.source.valid() && isBeforeEnd(top.source.entry())) {
            top.entry = top.source.entry();
        } else {
            heap[0] = heap[--size];
            heap[size] = top;
        }
        siftDown(0);
    }

    private boolean isBeforeEnd(InternalEntry entry) {
        byte[] bound = end;
        return bound == null
                || Keys.compare(entry.keyArray(), entry.keyOffset(), entry.keyLength(), bound, 0, bound.length) < 0;
    }

    private void siftDown(int from) {
        int parent = from;
        Head moving = heap[parent];
        for (int child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && compare(heap[child + 1].entry, heap[child].entry) < 0) {
                child++;
            }
            if (compare(heap[child].entry, moving.entry) >= 0) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moving;
    }

    /** Internal order. */
    private static int compare(InternalEntry a, InternalEntry b) {
        int order =
                Keys.compare(a.keyArray(), a.keyOffset(), a.keyLength(), b.keyArray(), b.keyOffset(), b.keyLength());
        if (order == 0) {
            order = Long.compare(a.ts(), b.ts());
        }
        return order != 0 ? order : Long.compare(b.seqno(), a.seqno());
    }

    @Override
    public void close() {
        for (InternalCursor source : sources) {
            source.close();
        }
    }
}
