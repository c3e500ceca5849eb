package io.flowdb.internal.memtable;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.ShownEntry;

/**
 * Walks a memtable in order while it may be written. Going back costs a search each time, as nodes are linked forward
 * only.
 */
final class MemtableCursor implements InternalCursor, InternalEntry {
    private final Memtable memtable;
    private int node;
    private byte[] chunk = OpCodec.EMPTY;
    private int at;
    private int keyLength;

    MemtableCursor(Memtable memtable) {
        this.memtable = memtable;
    }

    @Override
    public boolean valid() {
        return node != 0;
    }

    @Override
    public void first() {
        moveTo(memtable.next(memtable.head()));
    }

    @Override
    public void last() {
        moveBackTo(memtable.lastNode());
    }

    @Override
    public void seek(byte[] key, long ts, long seqno) {
        moveTo(memtable.next(memtable.before(key, ts, seqno)));
    }

    @Override
    public void seekBefore(byte[] key, long ts, long seqno) {
        moveBackTo(memtable.before(key, ts, seqno));
    }

    @Override
    public void next() {
        moveTo(memtable.next(node));
    }

    /** Moves one entry back. */
    void back() {
        moveBackTo(memtable.before(node));
    }

    @Override
    public InternalEntry entry() {
        return this;
    }

    /* Keys are shown where they are: nothing in the arena moves. */
    @Override
    public boolean nextVersion(long atMost, ShownEntry shown) {
        while (node != 0 && isAtVersionOf(shown)) {
            moveTo(memtable.next(node));
        }
        if (node == 0) {
            return false;
        }
        show(shown);
        while (shown.seqno() > atMost) {
            moveTo(memtable.next(node));
            if (node == 0 || !isAtVersionOf(shown)) {
                shown.hide();
            } else {
                show(shown);
            }
        }
        return true;
    }

    @Override
    public boolean previousVersion(long atMost, ShownEntry shown) {
        if (node == 0) {
            return false;
        }
        show(shown);
        boolean visible = shown.seqno() <= atMost;
        /* The entries of one version come oldest first: the last one at or below counts. */
        for (back(); node != 0 && isAtVersionOf(shown); back()) {
            if (memtable.seqno(node) <= atMost) {
                show(shown);
                visible = true;
            }
        }
        if (!visible) {
            shown.hide();
        }
        return true;
    }

    private boolean isAtVersionOf(ShownEntry shown) {
        return shown.isVersion(chunk, at + OpCodec.HEADER_BYTES, keyLength, OpCodec.ts(chunk, at));
    }

    private void show(ShownEntry shown) {
        int keyAt = at + OpCodec.HEADER_BYTES;
        shown.showKey(chunk, keyAt, keyLength);
        shown.showTimes(
                OpCodec.op(chunk, at), OpCodec.ts(chunk, at), memtable.seqno(node), OpCodec.expireAt(chunk, at));
        shown.showValue(chunk, keyAt + keyLength, OpCodec.valueLength(chunk, at));
    }

    private void moveBackTo(int found) {
        moveTo(found == memtable.head() ? 0 : found);
    }

    private void moveTo(int found) {
        node = found;
        if (found != 0) {
            chunk = memtable.chunk(found);
            at = memtable.offset(found);
            keyLength = OpCodec.keyLength(chunk, at);
        }
    }

    @Override
    public byte op() {
        return OpCodec.op(chunk, at);
    }

    @Override
    public long ts() {
        return OpCodec.ts(chunk, at);
    }

    @Override
    public long seqno() {
        return memtable.seqno(node);
    }

    @Override
    public long expireAt() {
        return OpCodec.expireAt(chunk, at);
    }

    @Override
    public byte[] keyArray() {
        return chunk;
    }

    @Override
    public int keyOffset() {
        return at + OpCodec.HEADER_BYTES;
    }

    @Override
    public int keyLength() {
        return keyLength;
    }

    @Override
    public byte[] valueArray() {
        return chunk;
    }

    @Override
    public int valueOffset() {
        return at + OpCodec.HEADER_BYTES + keyLength;
    }

    @Override
    public int valueLength() {
        return OpCodec.valueLength(chunk, at);
    }

    @Override
    public void close() {}
}
