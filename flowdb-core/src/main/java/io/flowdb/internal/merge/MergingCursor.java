package io.flowdb.internal.merge;

import io.flowdb.internal.base.InternalCursor;
import java.util.Arrays;
import java.util.List;

/**
 * Several sources as one, in internal order. A binary heap of the sources' current entries; the source at its top is the current one.
 * Changing direction in the middle of a walk is not supported: seek first. Threads: one.
 */
public final class MergingCursor implements InternalCursor {
    private final InternalCursor[] sources;
    private final InternalCursor[] heap;
    private int size;
    private boolean backward;
    private InternalCursor top;

    private MergingCursor(List<? extends InternalCursor> sources) {
        this.sources = sources.toArray(new InternalCursor[0]);
        this.heap = new InternalCursor[this.sources.length];
        this.top = this.sources[0];
    }

    /** One cursor over all sources; a single source is returned as it is. At least one. */
    public static InternalCursor of(List<? extends InternalCursor> sources) {
        return sources.size() == 1 ? sources.get(0) : new MergingCursor(sources);
    }

    @Override
    public boolean valid() {
        return size > 0;
    }

    @Override
    public void first() {
        for (InternalCursor source : sources) {
            source.first();
        }
        rebuild(false);
    }

    @Override
    public void last() {
        for (InternalCursor source : sources) {
            source.last();
        }
        rebuild(true);
    }

    @Override
    public void seek(byte[] key, long ts, long seqno) {
        for (InternalCursor source : sources) {
            source.seek(key, ts, seqno);
        }
        rebuild(false);
    }

    @Override
    public void seekBefore(byte[] key, long ts, long seqno) {
        for (InternalCursor source : sources) {
            source.seekBefore(key, ts, seqno);
        }
        rebuild(true);
    }

    @Override
    public void next() {
        top.next();
        moved(false);
    }

    @Override
    public void prev() {
        top.prev();
        moved(true);
    }

    private void moved(boolean back) {
        if (back != backward) {
            throw new IllegalStateException("direction changed without a seek");
        }
        if (!top.valid()) {
            heap[0] = heap[--size];
            if (size == 0) {
                return;
            }
        }
        siftDown(0);
        top = heap[0];
    }

    private void rebuild(boolean back) {
        backward = back;
        size = 0;
        for (InternalCursor source : sources) {
            if (source.valid()) {
                heap[size++] = source;
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
        top = size > 0 ? heap[0] : top;
    }

    private void siftDown(int from) {
        int parent = from;
        InternalCursor moving = heap[parent];
        for (int child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && precedes(heap[child + 1], heap[child])) {
                child++;
            }
            if (!precedes(heap[child], moving)) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moving;
    }

    private boolean precedes(InternalCursor a, InternalCursor b) {
        int order = compare(a, b);
        return backward ? order > 0 : order < 0;
    }

    /** Internal order of the entries that two cursors stand on. */
    static int compare(InternalCursor a, InternalCursor b) {
        int order = Arrays.compareUnsigned(
                a.keyArray(),
                a.keyOffset(),
                a.keyOffset() + a.keyLength(),
                b.keyArray(),
                b.keyOffset(),
                b.keyOffset() + b.keyLength());
        if (order == 0) {
            order = Long.compare(a.ts(), b.ts());
        }
        return order != 0 ? order : Long.compare(b.seqno(), a.seqno());
    }

    @Override
    public byte op() {
        return top.op();
    }

    @Override
    public long ts() {
        return top.ts();
    }

    @Override
    public long seqno() {
        return top.seqno();
    }

    @Override
    public long expireAt() {
        return top.expireAt();
    }

    @Override
    public byte[] keyArray() {
        return top.keyArray();
    }

    @Override
    public int keyOffset() {
        return top.keyOffset();
    }

    @Override
    public int keyLength() {
        return top.keyLength();
    }

    @Override
    public byte[] valueArray() {
        return top.valueArray();
    }

    @Override
    public int valueOffset() {
        return top.valueOffset();
    }

    @Override
    public int valueLength() {
        return top.valueLength();
    }

    @Override
    public void close() {
        for (InternalCursor source : sources) {
            source.close();
        }
    }
}
