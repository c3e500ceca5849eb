package io.flowdb.internal.memtable;

import io.flowdb.internal.base.KeyHash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Maps (key, ts) to the newest node of a memtable, so that point reads need not search the skip list.
 *
 * <p>Open addressing with linear probing in one int array, two ints a slot: node (0 if free) and mark, the high half of
 * the hash. The highest bits of the mark say where probing begins. Threads: one writer, any readers; a slot's mark is
 * written before its node is released. Growing builds a new array.
 */
final class HashIndex {
    /*
     * The mark alone tells where an entry goes in a table of any size, so growing looks at no key. As it begins at its
     * highest bits, both tables are in the order of the marks: growing walks them side by side, and takes a twentieth
     * of the time that random access takes.
     */
    private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
    private static final long TS_MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;
    private static final int FIRST_SLOTS_LOG = 8;

    private volatile int[] slots = new int[2 << FIRST_SLOTS_LOG]; // replaced by the writer when it is half full
    private int used;

    /** The newest node of (key, ts), or 0. */
    int newest(Memtable memtable, byte[] key, long ts) {
        int mark = (int) (hash(key, 0, key.length, ts) >>> 32);
        int[] table = slots;
        int mask = table.length - 2;
        for (int i = start(mark, table); ; i = i + 2 & mask) {
            int node = (int) INT.getAcquire(table, i);
            if (node == 0 || table[i + 1] == mark && memtable.isVersion(node, key, 0, key.length, ts)) {
                return node;
            }
        }
    }

    /** Makes {@code node}, which stands at {@code place}, the newest of its key and ts. */
    void put(int node, Place place, Memtable memtable) {
        if (2 * (used + 1) > slots.length / 2) {
            grow();
        }
        int mark = (int) (hash(place.array(), place.offset(), place.length(), place.ts()) >>> 32);
        int[] table = slots;
        int mask = table.length - 2;
        for (int i = start(mark, table); ; i = i + 2 & mask) {
            int old = table[i];
            if (old == 0) {
                table[i + 1] = mark;
                INT.setRelease(table, i, node);
                used++;
                return;
            }
            if (table[i + 1] == mark
                    && memtable.isVersion(old, place.array(), place.offset(), place.length(), place.ts())) {
                INT.setRelease(table, i, node);
                return;
            }
        }
    }

    private void grow() {
        int[] from = slots;
        int[] to = new int[2 * from.length];
        int mask = to.length - 2;
        for (int i = 0; i < from.length; i += 2) {
            if (from[i] != 0) {
                int j = start(from[i + 1], to);
                while (to[j] != 0) {
                    j = j + 2 & mask;
                }
                to[j] = from[i];
                to[j + 1] = from[i + 1];
            }
        }
        slots = to;
    }

    /** Index of the slot where probing for a mark begins: its highest bits are the number of the slot. */
    private static int start(int mark, int[] table) {
        return mark >>> Integer.numberOfLeadingZeros(table.length) + 1 & -2;
    }

    private static long hash(byte[] key, int offset, int length, long ts) {
        long hash = KeyHash.of(key, offset, length);
        return ts == 0 ? hash : KeyHash.mix(hash ^ ts * TS_MULTIPLIER);
    }
}
