package io.flowdb.internal.memtable;

import io.flowdb.internal.base.KeyHash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * From (key, ts) to the newest node of a memtable: point look-ups skip the skip list.
 *
 * <p>Open addressing with linear probing in one int array, two ints a slot: node (0 if free), high bits of the hash. Threads: one
 * writer, any readers; a slot's hash is written before its node is released. Growing builds a new array.
 */
final class HashIndex {
    private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
    private static final long TS_MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    private volatile int[] slots = new int[2 << 8]; // replaced by the writer when it is half full
    private int used;

    /** The newest node of (key, ts), or 0. */
    int newest(Memtable memtable, byte[] key, long ts) {
        long hash = hash(key, 0, key.length, ts);
        int[] table = slots;
        int mask = table.length - 2;
        int mark = (int) (hash >>> 32);
        for (int i = (int) hash << 1 & mask; ; i = i + 2 & mask) {
            int node = (int) INT.getAcquire(table, i);
            if (node == 0 || table[i + 1] == mark && memtable.isVersion(node, key, 0, key.length, ts)) {
                return node;
            }
        }
    }

    /** Makes {@code node}, which stands at {@code place}, the newest of its key and ts. */
    void put(int node, Place place, Memtable memtable) {
        if (2 * (used + 1) > slots.length / 2) {
            grow(memtable);
        }
        long hash = hash(place.array(), place.offset(), place.length(), place.ts());
        int[] table = slots;
        int mask = table.length - 2;
        int mark = (int) (hash >>> 32);
        for (int i = (int) hash << 1 & mask; ; i = i + 2 & mask) {
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

    private void grow(Memtable memtable) {
        int[] from = slots;
        int[] to = new int[2 * from.length];
        int mask = to.length - 2;
        for (int i = 0; i < from.length; i += 2) {
            if (from[i] != 0) {
                int j = (int) memtable.hash(from[i]) << 1 & mask;
                while (to[j] != 0) {
                    j = j + 2 & mask;
                }
                to[j] = from[i];
                to[j + 1] = from[i + 1];
            }
        }
        slots = to;
    }

    static long hash(byte[] key, int offset, int length, long ts) {
        long hash = KeyHash.of(key, offset, length);
        return ts == 0 ? hash : KeyHash.mix(hash ^ ts * TS_MULTIPLIER);
    }
}
