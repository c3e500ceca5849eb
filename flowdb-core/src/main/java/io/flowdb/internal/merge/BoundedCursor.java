package io.flowdb.internal.merge;

import io.flowdb.internal.base.InternalCursor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The part of a source between two keys. Walks backward are bounded by the end only. Threads: one. */
public final class BoundedCursor implements InternalCursor {
    private final InternalCursor source;
    private final byte @Nullable [] start;
    private final byte @Nullable [] end;

    /** Keys from {@code start} (inclusive) to {@code end} (exclusive); null is unbounded. Takes over {@code source}. */
    public BoundedCursor(InternalCursor source, byte @Nullable [] start, byte @Nullable [] end) {
        this.source = source;
        this.start = start;
        this.end = end;
    }

    @Override
    public boolean valid() {
        return source.valid() && (end == null || compareKey(end) < 0);
    }

    @Override
    public void first() {
        if (start == null) {
            source.first();
        } else {
            source.seek(start, Long.MIN_VALUE, Long.MAX_VALUE);
        }
    }

    @Override
    public void last() {
        if (end == null) {
            source.last();
        } else {
            source.seekBefore(end, Long.MIN_VALUE, Long.MAX_VALUE);
        }
    }

    @Override
    public void seek(byte[] key, long ts, long seqno) {
        source.seek(key, ts, seqno);
        if (start != null && source.valid() && compareKey(start) < 0) {
            first();
        }
    }

    @Override
    public void seekBefore(byte[] key, long ts, long seqno) {
        source.seekBefore(key, ts, seqno);
        if (end != null && source.valid() && compareKey(end) >= 0) {
            last();
        }
    }

    @Override
    public void next() {
        source.next();
    }

    @Override
    public void prev() {
        source.prev();
    }

    private int compareKey(byte[] bound) {
        int from = source.keyOffset();
        return Arrays.compareUnsigned(source.keyArray(), from, from + source.keyLength(), bound, 0, bound.length);
    }

    @Override
    public byte op() {
        return source.op();
    }

    @Override
    public long ts() {
        return source.ts();
    }

    @Override
    public long seqno() {
        return source.seqno();
    }

    @Override
    public long expireAt() {
        return source.expireAt();
    }

    @Override
    public byte[] keyArray() {
        return source.keyArray();
    }

    @Override
    public int keyOffset() {
        return source.keyOffset();
    }

    @Override
    public int keyLength() {
        return source.keyLength();
    }

    @Override
    public byte[] valueArray() {
        return source.valueArray();
    }

    @Override
    public int valueOffset() {
        return source.valueOffset();
    }

    @Override
    public int valueLength() {
        return source.valueLength();
    }

    @Override
    public void close() {
        source.close();
    }
}
