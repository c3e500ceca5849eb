package io.flowdb.internal.sstable;

import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.PlainEntries;
import io.flowdb.internal.base.PlainEntries.Step;
import io.flowdb.internal.base.ShownEntry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Moves over the entries of a block that has been handed to it. Threads: one. */
final class BlockCursor {
    private static final byte[] NONE = new byte[0];
    private static final ShownEntry NOTHING = new ShownEntry();
    private static final int[] NO_ENTRIES = new int[0];

    /** Of an entry's head as a word: operation, expiry flag and shared bytes. */
    private static final long PLAIN_MASK = BlockBuilder.OP_MASK | BlockBuilder.EXPIRY_FLAG | 0xffff00L;

    private static final byte PUT = Op.PUT.code();

    private static final PlainEntries ANY = new PlainEntries(Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, null);

    private byte @Nullable [] source;
    private byte[] block = NONE;
    private int end;
    private long baseTs;
    private long baseSeqno;

    /* The restart point whose key was wanted last, and where its entries end. */
    private int restartAt;
    private int restartEnd;

    private int at = -1;

    /** Whether all puts of the block that never expire are wanted, so that none is compared with what is. */
    private boolean allWanted;

    /* The entry decoded last, and where the one behind it begins. */
    private int decodedAt = -1;
    private int behind;

    /*
     * Entries of the restart group that a walk backward is in: their offsets, and which of them the cursor stands on.
     */
    private int[] group = NO_ENTRIES;
    private int inGroup = -1;

    /* Result of a read that was made only to bring bytes to the processor, so that the compiler keeps it. */
    private int touched;

    /** The decoded entry: ours, or the one of a walk over versions, which is decoded where it is wanted. */
    private @Nullable ShownEntry own;

    private ShownEntry current = NOTHING;

    void use(byte @Nullable [] newBlock) {
        source = newBlock;
        at = -1;
        allWanted = false;
        decodedAt = -1;
        if (newBlock != null) {
            block = newBlock;
            end = Block.end(newBlock);
            baseTs = Block.baseTs(newBlock);
            baseSeqno = Block.baseSeqno(newBlock);
            restartEnd = 0;
        }
    }

    /** The block that was handed to it last. */
    byte[] block() {
        return block;
    }

    /** Stands before the first entry of a block, for {@link #showNext}; valid, but without an entry of its own. */
    void useBefore(byte[] newBlock) {
        use(newBlock);
        at = 0;
        decodedAt = 0;
        behind = BlockBuilder.HEADER_BYTES;
    }

    /** Says that all puts of the block that never expire are wanted, until the cursor is placed anew. */
    void wantAll() {
        allWanted = true;
    }

    /** Moves to an entry by its offset; {@code end} makes the cursor invalid. */
    private void moveTo(int offset) {
        inGroup = -1;
        allWanted = false;
        at = source == null || offset >= end ? -1 : offset;
    }

    /** Where the entry stood on begins in its block. */
    int offset() {
        return at;
    }

    /** The entry stood on, decoded when it is first looked at. */
    InternalEntry entry() {
        if (decodedAt != at) {
            ShownEntry into = own;
            if (into == null) {
                into = new ShownEntry();
                own = into;
            }
            decode(at, into);
        }
        return current;
    }

    private void decode(int offset, ShownEntry into) {
        byte[] b = block;
        at = offset;
        decodedAt = offset;
        if (current != into) {
            current = into;
        }
        int flags = b[offset];
        int shared = Block.shared(b, offset);
        int rest = Block.rest(b, offset);
        int position = offset + BlockBuilder.KEY_AT;
        if (shared + rest == 0) {
            throw new IndexOutOfBoundsException("no key at " + offset + " of a block");
        }
        if (shared == 0) {
            into.showKey(b, position, rest);
        } else {
            into.showJoinedKey(b, restartKey(offset), shared, position, rest);
        }
        position += rest;
        int lengthAt = position;
        position = Block.skipVarint(b, position);
        long ts = baseTs + BlockBuilder.unzigzag(Block.varint(b, position));
        position = Block.skipVarint(b, position);
        long seqno = baseSeqno + BlockBuilder.unzigzag(Block.varint(b, position));
        position = Block.skipVarint(b, position);
        long expireAt = Long.MAX_VALUE;
        if ((flags & BlockBuilder.EXPIRY_FLAG) != 0) {
            expireAt = ts + BlockBuilder.unzigzag(Block.varint(b, position));
            position = Block.skipVarint(b, position);
        }
        into.showTimes((byte) (flags & BlockBuilder.OP_MASK), ts, seqno, expireAt);
        int length = Block.valueLength(b, lengthAt, position);
        into.showValue(b, position, length);
        behind = position + length;
    }

    /* Neighbours share a restart point, which is searched once for all of them. */
    private int restartKey(int offset) {
        if (offset < restartAt || offset >= restartEnd) {
            int index = Block.restartBefore(block, end, offset);
            restartAt = Block.restart(block, end, index);
            restartEnd = 4 * (index + 1) < block.length - end ? Block.restart(block, end, index + 1) : end;
        }
        return restartAt + BlockBuilder.KEY_AT;
    }

    /** Whether the cursor stands on what {@code shown} shows because it was shown there. */
    boolean isShownIn(ShownEntry shown) {
        return current == shown && decodedAt == at;
    }

    /** Whether the block has an entry behind the one stood on. */
    boolean hasNext() {
        return behind < end;
    }

    /** Whether the entry behind the one stood on is of the version that {@code shown} shows. */
    boolean isNextVersionOf(ShownEntry shown) {
        return isVersionAt(behind, shown);
    }

    private boolean isKeyOf(ShownEntry shown, int keyAt, int length) {
        return length == shown.keyLength() && Keys.equal(block, keyAt, shown.keyArray(), shown.keyOffset(), length);
    }

    private boolean isVersionAt(int offset, ShownEntry shown) {
        byte[] b = block;
        int shared = Block.shared(b, offset);
        int rest = Block.rest(b, offset);
        int position = offset + BlockBuilder.KEY_AT;
        if (shared + rest != shown.keyLength()) {
            return false;
        }
        long ts = baseTs + BlockBuilder.unzigzag(Block.varint(b, Block.skipVarint(b, position + rest)));
        return ts == shown.ts()
                && Keys.equal(b, position, shown.keyArray(), shown.keyOffset() + shared, rest)
                && (shared == 0 || Keys.equal(b, restartKey(offset), shown.keyArray(), shown.keyOffset(), shared));
    }

    /** Moves to the next entry and shows it. */
    void showNext(ShownEntry shown) {
        decode(behind, shown);
    }

    /**
     * Moves to the next entry, and shows it unless it is of the version that {@code shown} shows; whether it was shown.
     */
    boolean showNextVersion(ShownEntry shown) {
        if (showNextPlain(ANY, shown) == Step.SHOWN) {
            return true;
        }
        if (isVersionAt(behind, shown)) {
            at = behind;
            decodedAt = behind;
            behind = Block.entryEnd(block, behind);
            return false;
        }
        decode(behind, shown);
        return true;
    }

    /** Whether {@code shown} shows the last entry of the block, and the cursor stands on it. */
    boolean isAtLast(ShownEntry shown) {
        return valid() && isShownIn(shown) && !hasNext();
    }

    /** As {@link SstCursor#nextPlain}, within the block. */
    Step nextPlain(PlainEntries plain, ShownEntry shown) {
        return isShownIn(shown) && behind < end ? showNextPlain(plain, shown) : Step.UNDECIDED;
    }

    /*
     * Most entries in a walk are puts of another version than the one before, have a whole key, no expiry and numbers
     * of one or two bytes: these are decoded from two words.
     */
    private Step showNextPlain(PlainEntries plain, ShownEntry shown) {
        byte[] b = block;
        int offset = behind;
        long head = LittleEndian.getLong(b, offset); // an entry and the restarts behind it are longer
        int rest = (int) (head >>> 24) & 0xffff;
        int keyAt = offset + BlockBuilder.KEY_AT;
        int position = keyAt + rest;
        if ((head & PLAIN_MASK) != PUT || position > b.length - Long.BYTES) {
            return Step.UNDECIDED;
        }
        long numbers = LittleEndian.getLong(b, position);
        int bytes = 3;
        long length = numbers & 0x7f;
        if ((numbers & 0x80) != 0) {
            length |= numbers >>> 1 & 0x3f80;
            numbers >>>= Byte.SIZE;
            bytes++;
        }
        long more = numbers & 0x80;
        numbers >>>= Byte.SIZE;
        long ts = numbers & 0x7f;
        if ((numbers & 0x80) != 0) {
            ts |= numbers >>> 1 & 0x3f80;
            numbers >>>= Byte.SIZE;
            bytes++;
        }
        more |= numbers & 0x80;
        numbers >>>= Byte.SIZE;
        long seqno = numbers & 0x7f;
        if ((numbers & 0x80) != 0) {
            seqno |= numbers >>> 1 & 0x3f80;
            numbers >>>= Byte.SIZE;
            bytes++;
        }
        more |= numbers & 0x80;
        ts = baseTs + BlockBuilder.unzigzag(ts);
        seqno = baseSeqno + BlockBuilder.unzigzag(seqno);
        if (more != 0 || ts == shown.ts() && isKeyOf(shown, keyAt, rest)) {
            return Step.UNDECIDED;
        }
        boolean any = allWanted;
        if (!any && plain.endBefore(b, keyAt, rest)) {
            return Step.ENDED;
        }
        position += bytes;
        if (!any && !plain.contain(ts, seqno) || length > b.length - position) {
            return Step.UNDECIDED;
        }
        at = offset;
        decodedAt = offset;
        if (current != shown) {
            current = shown;
        }
        shown.showKey(b, keyAt, rest);
        shown.showTimes(PUT, ts, seqno, Long.MAX_VALUE);
        shown.showValue(b, position, (int) length);
        behind = position + (int) length;
        return Step.SHOWN;
    }

    /**
     * Moves to the last entry before {@code offset}; invalid if there is none. Entries lead forward only, so a group is
     * walked once and kept.
     */
    private void moveBefore(int offset) {
        allWanted = false;
        if (source == null || offset <= BlockBuilder.HEADER_BYTES) {
            at = -1;
            inGroup = -1;
            return;
        }
        int entry = Block.restart(block, end, Block.restartBefore(block, end, offset - 1));
        touched = Block.touch(block, entry, offset);
        int count = 0;
        while (entry < offset) {
            if (count == group.length) {
                group = Arrays.copyOf(group, Math.max(BlockBuilder.RESTART_INTERVAL, 2 * count));
            }
            group[count++] = entry;
            entry = Block.entryEnd(block, entry);
        }
        inGroup = count - 1;
        at = group[inGroup];
    }

    /** Whether the entry stood on is of the version that {@code shown} shows. */
    boolean isAtVersionOf(ShownEntry shown) {
        return isVersionAt(at, shown);
    }

    /** Sequence number of the entry stood on. */
    long seqnoHere() {
        int position = at + BlockBuilder.KEY_AT + Block.rest(block, at);
        position = Block.skipVarint(block, Block.skipVarint(block, position));
        return baseSeqno + BlockBuilder.unzigzag(Block.varint(block, position));
    }

    /** Shows the current entry. */
    void show(ShownEntry shown) {
        decode(at, shown);
    }

    /** Whether the cursor is in a block, on an entry of it. */
    boolean valid() {
        return at >= 0;
    }

    void first() {
        moveTo(BlockBuilder.HEADER_BYTES);
    }

    void last() {
        moveBefore(end);
    }

    /** Moves to the first entry at or behind a place. The block's keys are those of {@link BlockKeys}, or null. */
    void seek(long @Nullable [] keys, byte[] wanted, long wantedTs, long wantedSeqno) {
        moveTo(source == null ? end : lowerBound(keys, wanted, wantedTs, wantedSeqno));
    }

    /** Moves to the last entry before a place. The block's keys are those of {@link BlockKeys}, or null. */
    void seekBefore(long @Nullable [] keys, byte[] wanted, long wantedTs, long wantedSeqno) {
        moveBefore(source == null ? 0 : lowerBound(keys, wanted, wantedTs, wantedSeqno));
    }

    private int lowerBound(long @Nullable [] keys, byte[] wanted, long wantedTs, long wantedSeqno) {
        return keys == null
                ? Block.lowerBound(block, end, wanted, wantedTs, wantedSeqno)
                : BlockKeys.lowerBound(keys, block, end, wanted, wantedTs, wantedSeqno);
    }

    void next() {
        moveTo(decodedAt == at ? behind : Block.entryEnd(block, at));
    }

    void prev() {
        if (inGroup > 0) {
            at = group[--inGroup];
        } else {
            moveBefore(at);
        }
    }

    void close() {
        use(null);
    }
}
