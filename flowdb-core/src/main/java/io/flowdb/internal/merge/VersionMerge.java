package io.flowdb.internal.merge;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.PlainEntries;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.base.VersionCursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The versions of several sources between two keys as one walk, forward or backward: of each (key, ts) the newest entry
 * at or below a sequence number. Threads: one.
 */
final class VersionMerge implements AutoCloseable {
    /*
     * A binary heap of what the sources show. A source is asked once for each version; comparing needs no calls into
     * it. One that has left the bounds takes no part any more: of the tables that overlap a short range most hold
     * nothing of it. One source alone is passed through.
     */
    private final Head[] heap;
    private final List<VersionCursor> sources;
    private final long atMost;
    private final boolean reversed;
    private byte @Nullable [] bound; // where the walk ends: an end key, or a start key if it is reversed
    private int size = -1; // -1 until the first version was asked for
    private @Nullable Head only; // the source that is left if it is a single one

    /** What a source shows now. */
    private record Head(VersionCursor source, ShownEntry shown) {}

    /** Takes over the sources, which will have been placed where the walk begins before {@link #next}. */
    VersionMerge(List<VersionCursor> sources, long atMost, ScanBounds bounds) {
        this.sources = sources;
        this.atMost = atMost;
        this.reversed = bounds.reversed();
        this.bound = boundOf(bounds);
        this.heap = new Head[sources.size()];
        for (int i = 0; i < heap.length; i++) {
            heap[i] = new Head(sources.get(i), new ShownEntry());
        }
    }

    private static byte @Nullable [] boundOf(ScanBounds bounds) {
        return bounds.reversed() ? bounds.startKey() : bounds.endKey();
    }

    /**
     * The next version, valid until the next call; null at the end. Its sequence number is 0 if all its entries are
     * above the limit.
     */
    @Nullable
    ShownEntry next() {
        if (size > 1) {
            skipOlder();
            advance(0);
        } else if (size == 1) {
            resize(step(heap[0]) ? 1 : 0);
        } else if (size < 0) {
            start();
        }
        return size > 0 ? heap[0].shown : null;
    }

    /**
     * As {@link #next} of a walk forward, if a single source is left and its next entry is one of {@code plain};
     * what {@link #next} has returned before shows it then.
     */
    PlainEntries.Step nextPlain(PlainEntries plain) {
        Head head = only;
        return head == null ? PlainEntries.Step.UNDECIDED : head.source.nextPlain(plain, head.shown);
    }

    /** Begins anew in the same direction, where the sources will have been placed before {@link #next}. */
    void restart(ScanBounds bounds) {
        bound = boundOf(bounds);
        if (size < 0) {
            return;
        }
        resize(-1);
        for (int i = 0; i < heap.length; i++) {
            heap[i] = new Head(heap[i].source, new ShownEntry());
        }
    }

    private void start() {
        int found = 0;
        for (int i = 0; i < heap.length; i++) {
            Head head = heap[i];
            if (step(head)) {
                heap[i] = heap[found];
                heap[found++] = head;
            }
        }
        resize(found);
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    private void resize(int newSize) {
        size = newSize;
        only = newSize == 1 ? heap[0] : null;
    }

    /** Moves a source on; whether it is still within the bounds. */
    private boolean step(Head head) {
        ShownEntry shown = head.shown;
        boolean any = reversed ? head.source.previousVersion(atMost, shown) : head.source.nextVersion(atMost, shown);
        return any && (bound == null || isWithin(bound, shown));
    }

    private boolean isWithin(byte[] end, ShownEntry shown) {
        int order = Keys.compare(shown.keyArray(), shown.keyOffset(), shown.keyLength(), end, 0, end.length);
        return reversed ? order >= 0 : order < 0;
    }

    /** Moves the other sources behind the version at the top. */
    private void skipOlder() {
        ShownEntry top = heap[0].shown;
        while (size > 1) {
            int child = size > 2 && precedes(heap[2], heap[1]) ? 2 : 1;
            if (!heap[child].shown.isVersionOf(top)) {
                return;
            }
            advance(child);
        }
    }

    private void advance(int at) {
        Head head = heap[at];
        if (!step(head)) {
            heap[at] = heap[size - 1];
            heap[size - 1] = head;
            resize(size - 1);
        }
        if (at < size) {
            siftDown(at);
        }
    }

    private void siftDown(int from) {
        int parent = from;
        Head moving = heap[parent];
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

    /** Whether {@code a} comes first in the direction of the walk; of one version, the newest entry. */
    private boolean precedes(Head a, Head b) {
        return (reversed ? a.shown.compareBackward(b.shown) : a.shown.compareTo(b.shown)) < 0;
    }

    @Override
    public void close() {
        for (VersionCursor source : sources) {
            source.close();
        }
    }
}
