package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.sstable.BlockTrailer.Place;

/**
 * Reads uncompressed data blocks, which {@link BlockBuilder} lays out, as they are: nothing is decoded but the entries
 * compared. An entry is named by its offset in the block. Stateless.
 */
final class Block {
    /*
     * Header and bytes are one array, and an entry is found by its offset alone: a random read touches the line with
     * length and header, and the entry. That is what it costs, as neither is in the processor's caches.
     */
    private static final int LINE_BYTES = 64;

    /** Entries of a key that are looked at one by one to find its latest version. */
    private static final int MOST_STEPS = 8;

    private Block() {}

    /**
     * What to throw where reading the blocks of a file ended in {@code e}. Those with a right checksum are not checked
     * entry by entry: a length or an offset that leads out of one shows when it is used. Other exceptions are no fault
     * of the bytes.
     */
    static RuntimeException failure(String file, RuntimeException e) {
        if (!(e instanceof IndexOutOfBoundsException || e instanceof IllegalArgumentException)) {
            return e;
        }
        CorruptionException corruption =
                new CorruptionException(file, -1, "its checksums are right, but what they cover is no table: " + e);
        corruption.addSuppressed(e);
        return corruption;
    }

    /** Checks header and restart points of a block whose checksum was right; returns the block. */
    static byte[] checkHead(byte[] block, Place place) {
        int end = checkedEntriesEnd(block, place);
        int before = 0;
        for (int i = 0; i < (block.length - end) / 4; i++) {
            int at = restart(block, end, i);
            if (i == 0 ? at != BlockBuilder.HEADER_BYTES : at <= before || at > end - BlockBuilder.KEY_AT) {
                throw place.corruption("restart point " + i + " is at " + at);
            }
            before = at;
        }
        return block;
    }

    /** Checks the whole structure of a block, entry by entry; returns the block. */
    static byte[] check(byte[] block, Place place) {
        int end = checkedEntriesEnd(block, place);
        int count = count(block);
        int interval = restartInterval(block);
        int at = BlockBuilder.HEADER_BYTES;
        int restartLength = 0;
        for (int i = 0, untilRestart = 0, restart = 0; i < count; i++, untilRestart--) {
            if (untilRestart == 0) {
                if (restart(block, end, restart) != at) {
                    throw place.corruption("restart point " + restart + " is not an entry");
                }
                untilRestart = interval;
                restart++;
                restartLength = -1;
            }
            boolean fits = at + BlockBuilder.KEY_AT <= end;
            int shared = fits ? shared(block, at) : 0;
            if (!fits || shared > Math.max(0, restartLength) || shared + rest(block, at) == 0) {
                throw place.corruption("entry " + i + " does not fit its block, or has no key");
            }
            restartLength = restartLength < 0 ? rest(block, at) : restartLength;
            at = checkedEnd(block, at, end);
            if (at < 0) {
                throw place.corruption("entry " + i + " reaches over the end of its block");
            }
        }
        if (at != end) {
            throw place.corruption("entries end at " + at + ", expected " + end);
        }
        return block;
    }

    /** {@link #end}, if header and length agree. */
    private static int checkedEntriesEnd(byte[] block, Place place) {
        int count = block.length < BlockBuilder.HEADER_BYTES ? -1 : count(block);
        int interval = count < 1 ? -1 : restartInterval(block);
        int restarts = interval < 1 ? 0 : (count - 1) / interval + 1;
        long end = block.length - 4L * restarts;
        if (restarts == 0 || end < BlockBuilder.HEADER_BYTES || count > end / BlockBuilder.KEY_AT) {
            throw place.corruption("data block of " + block.length + " bytes with " + count + " entries");
        }
        return (int) end;
    }

    static long baseTs(byte[] block) {
        return LittleEndian.getLong(block, 0);
    }

    static long baseSeqno(byte[] block) {
        return LittleEndian.getLong(block, 8);
    }

    static int count(byte[] block) {
        return LittleEndian.getInt(block, 16);
    }

    static int restartInterval(byte[] block) {
        return LittleEndian.getInt(block, 20);
    }

    static int restarts(byte[] block) {
        return (count(block) - 1) / restartInterval(block) + 1;
    }

    /** Where the entries end and the restart offsets begin. */
    static int end(byte[] block) {
        return block.length - 4 * restarts(block);
    }

    /** Offset of a restart point; {@code end} is that of {@link #end}. */
    static int restart(byte[] block, int end, int index) {
        return LittleEndian.getInt(block, end + 4 * index);
    }

    static int shared(byte[] block, int at) {
        return LittleEndian.getUnsignedShort(block, at + 1);
    }

    static int rest(byte[] block, int at) {
        return LittleEndian.getUnsignedShort(block, at + 3);
    }

    /**
     * Reads one byte each of the two cache lines behind the one that an entry begins in; returns some of them. They are
     * on their way to the processor then while the entry's key is compared, as that takes the first line and what says
     * where the value begins.
     */
    static int touch(byte[] block, int at) {
        /* A branch, which the processor passes before it knows the length; a minimum would have to wait for that. */
        return at < block.length - 2 * LINE_BYTES
                ? (block[at + LINE_BYTES] & 0xff) + (block[at + 2 * LINE_BYTES] & 0xff)
                : 0;
    }

    /**
     * Reads one byte of each cache line of a part, so that the lines come together instead of one after the other;
     * returns their sum.
     */
    static int touch(byte[] block, int from, int to) {
        int sum = 0;
        for (int at = from; at < to; at += LINE_BYTES) {
            sum += block[at];
        }
        return sum;
    }

    /** Number of the last restart point at or before {@code at}. */
    static int restartBefore(byte[] block, int end, int at) {
        int low = 0;
        int high = (block.length - end) / 4 - 1;
        while (low < high) {
            int mid = (low + high + 1) >>> 1;
            if (restart(block, end, mid) <= at) {
                low = mid;
            } else {
                high = mid - 1;
            }
        }
        return low;
    }

    /**
     * Offset of the first entry at or behind the given place in internal order; {@code end}, which is that of
     * {@link #end}, if there is none.
     */
    static int lowerBound(byte[] block, int end, byte[] key, long ts, long seqno) {
        int low = 0;
        int high = (block.length - end) / 4 - 1;
        while (low < high) {
            int mid = (low + high + 1) >>> 1;
            if (compare(block, restart(block, end, mid), 0, key, ts, seqno) < 0) {
                low = mid;
            } else {
                high = mid - 1;
            }
        }
        int restartAt = restart(block, end, low);
        int limit = 4 * (low + 1) < block.length - end ? restart(block, end, low + 1) : end;
        int at = restartAt;
        while (at < limit && compare(block, at, restartAt, key, ts, seqno) < 0) {
            at = entryEnd(block, at);
        }
        return at;
    }

    /** What {@link #findVersion} found out. */
    enum Outcome {
        /** The entry at the given place is of another key. */
        OTHER_KEY,
        /** The target was offered the entry, or the key has none that is wanted. */
        DECIDED,
        /** The block ended before the question was decided; the target may have been offered what it holds. */
        BLOCK_ENDED,
        /** A search is the shorter way. */
        UNDECIDED
    }

    /** Offers the newest entry of (key, ts) at or below {@code atMost}, given the place of the key's first entry. */
    static Outcome findVersion(byte[] block, int first, byte[] key, long ts, long atMost, PointLookup target) {
        int at = first;
        int end = -1;
        do {
            if (!isKey(block, at, key)) {
                return at == first ? Outcome.OTHER_KEY : Outcome.DECIDED;
            }
            int lengthAt = at + BlockBuilder.KEY_AT + rest(block, at);
            int tsAt = skipVarint(block, lengthAt);
            long entryTs = baseTs(block) + BlockBuilder.unzigzag(varint(block, tsAt));
            if (entryTs > ts) {
                return Outcome.DECIDED;
            }
            if (entryTs == ts) {
                int seqnoAt = skipVarint(block, tsAt);
                long seqno = baseSeqno(block) + BlockBuilder.unzigzag(varint(block, seqnoAt));
                if (seqno <= atMost) {
                    if (seqno > target.seqno()) {
                        offer(block, at, seqnoAt, target, ts, seqno);
                    }
                    return Outcome.DECIDED;
                }
            }
            at = entryEnd(block, at);
            end = end < 0 ? end(block) : end;
        } while (at < end);
        return Outcome.BLOCK_ENDED;
    }

    /**
     * Offers the newest entry at or below {@code atMost} of the highest ts of the key that has one, given the place of
     * the key's first entry. A key of many entries is left undecided.
     */
    static Outcome findLatest(byte[] block, int first, byte[] key, long atMost, PointLookup target) {
        int end = end(block);
        int at = first;
        int best = -1;
        long bestTs = 0;
        for (int i = 0; at < end && isKey(block, at, key); i++) {
            if (i == MOST_STEPS) {
                return Outcome.UNDECIDED;
            }
            int tsAt = skipVarint(block, at + BlockBuilder.KEY_AT + rest(block, at));
            long ts = baseTs(block) + BlockBuilder.unzigzag(varint(block, tsAt));
            if ((best < 0 || ts != bestTs) && seqnoAt(block, skipVarint(block, tsAt)) <= atMost) {
                best = at;
                bestTs = ts;
            }
            at = entryEnd(block, at);
        }
        if (at == first) {
            return Outcome.OTHER_KEY;
        }
        if (best >= 0) {
            int lengthAt = best + BlockBuilder.KEY_AT + rest(block, best);
            int seqnoAt = skipVarint(block, skipVarint(block, lengthAt));
            long seqno = seqnoAt(block, seqnoAt);
            if (target.isBefore(bestTs, seqno)) {
                offer(block, best, seqnoAt, target, bestTs, seqno);
            }
        }
        return at == end ? Outcome.BLOCK_ENDED : Outcome.DECIDED;
    }

    private static long seqnoAt(byte[] block, int at) {
        return baseSeqno(block) + BlockBuilder.unzigzag(varint(block, at));
    }

    private static void offer(byte[] block, int at, int seqnoAt, PointLookup target, long ts, long seqno) {
        int position = skipVarint(block, seqnoAt);
        long expireAt = Long.MAX_VALUE;
        if ((block[at] & BlockBuilder.EXPIRY_FLAG) != 0) {
            expireAt = ts + BlockBuilder.unzigzag(varint(block, position));
            position = skipVarint(block, position);
        }
        target.set(seqno, (byte) (block[at] & BlockBuilder.OP_MASK), ts, expireAt);
        target.setValue(block, position, valueLength(block, at + BlockBuilder.KEY_AT + rest(block, at), position));
    }

    /** Whether the first entry has this key. */
    static boolean beginsWith(byte[] block, byte[] key) {
        return isKey(block, BlockBuilder.HEADER_BYTES, key);
    }

    private static boolean isKey(byte[] block, int at, byte[] key) {
        int shared = shared(block, at);
        int rest = rest(block, at);
        if (shared + rest != key.length || !Keys.equal(block, at + BlockBuilder.KEY_AT, key, shared, rest)) {
            return false;
        }
        return shared == 0 || Keys.equal(block, restartKey(block, at), key, 0, shared);
    }

    /** Offset of the key of the restart point that an entry shares bytes with. */
    private static int restartKey(byte[] block, int at) {
        int end = end(block);
        return restart(block, end, restartBefore(block, end, at)) + BlockBuilder.KEY_AT;
    }

    /** Order of an entry and a place; {@code restartAt} counts only if the entry shares bytes. */
    static int compare(byte[] block, int at, int restartAt, byte[] key, long ts, long seqno) {
        int shared = shared(block, at);
        int common = Math.min(shared, key.length);
        if (shared > 0) {
            int order = Keys.compare(block, restartAt + BlockBuilder.KEY_AT, shared, key, 0, common);
            if (order != 0) {
                return order;
            }
        }
        int from = at + BlockBuilder.KEY_AT;
        int rest = rest(block, at);
        int order = Keys.compare(block, from, rest, key, common, key.length - common);
        return order != 0 ? order : compareVersion(block, from + rest, ts, seqno);
    }

    private static int compareVersion(byte[] block, int at, long ts, long seqno) {
        int tsAt = skipVarint(block, at);
        long entryTs = baseTs(block) + BlockBuilder.unzigzag(varint(block, tsAt));
        if (entryTs != ts) {
            return Long.compare(entryTs, ts);
        }
        long entrySeqno = baseSeqno(block) + BlockBuilder.unzigzag(varint(block, skipVarint(block, tsAt)));
        return Long.compare(seqno, entrySeqno);
    }

    static long varint(byte[] block, int at) {
        long b = block[at];
        if (b >= 0) {
            return b;
        }
        long value = b & 0x7f;
        int position = at;
        int shift = 7;
        do {
            b = block[++position];
            value |= (b & 0x7f) << shift;
            shift += 7;
        } while (b < 0);
        return value;
    }

    /**
     * The length that stands at {@code lengthAt} of a value that begins at {@code valueAt}. A longer one than the block
     * has room for is refused, so that nobody asks for memory for it.
     */
    static int valueLength(byte[] block, int lengthAt, int valueAt) {
        long length = varint(block, lengthAt);
        if (Long.compareUnsigned(length, block.length - valueAt) > 0) {
            throw new IndexOutOfBoundsException("value of " + Long.toUnsignedString(length) + " bytes in a block");
        }
        return (int) length;
    }

    static int skipVarint(byte[] block, int at) {
        int position = at;
        while (block[position] < 0) {
            position++;
        }
        return position + 1;
    }

    /** Offset behind the entry. */
    static int entryEnd(byte[] block, int at) {
        int lengthAt = at + BlockBuilder.KEY_AT + rest(block, at);
        int position = skipVarint(block, skipVarint(block, skipVarint(block, lengthAt)));
        if ((block[at] & BlockBuilder.EXPIRY_FLAG) != 0) {
            position = skipVarint(block, position);
        }
        return position + valueLength(block, lengthAt, position);
    }

    /** As {@link #entryEnd} for an entry whose head lies before {@code end}; -1 if it reaches beyond it. */
    static int checkedEnd(byte[] block, int at, int end) {
        int position = at + BlockBuilder.KEY_AT + rest(block, at);
        int numbers = (block[at] & BlockBuilder.EXPIRY_FLAG) != 0 ? 4 : 3;
        long valueLength = 0;
        for (int i = 0; i < numbers; i++) {
            int start = position;
            while (position < end && block[position] < 0 && position - start < LittleEndian.MAX_VARINT_BYTES) {
                position++;
            }
            if (position >= end || position - start >= LittleEndian.MAX_VARINT_BYTES) {
                return -1;
            }
            position++;
            valueLength = i == 0 ? varint(block, start) : valueLength;
        }
        return valueLength < 0 || valueLength > end - position ? -1 : position + (int) valueLength;
    }
}
