package io.flowdb.benchmarks.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Key and ts in one array, for engines that know keys only.
 *
 * <p>Layout: key, then ts as i64 big-endian with its sign bit flipped, so that unsigned order of the bytes is order by
 * key, then ts, as long as all keys have the same length. Threads: one.
 */
final class TimedKey {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final boolean timestamps;
    private final byte[] buffer;

    TimedKey(StoreOptions options) {
        timestamps = options.timestamps();
        buffer = new byte[length(options)];
    }

    /** Length of a stored key. */
    static int length(StoreOptions options) {
        return options.keyBytes() + (options.timestamps() ? Long.BYTES : 0);
    }

    /** The stored key; without timestamps {@code key} itself, else an array that the next call overwrites. */
    byte[] of(byte[] key, long ts) {
        if (!timestamps) {
            return key;
        }
        System.arraycopy(key, 0, buffer, 0, key.length);
        LONG.set(buffer, key.length, ts ^ Long.MIN_VALUE);
        return buffer;
    }

    /** The ts at the end of a stored key of which the first {@code keyBytes} are the key. */
    static long ts(byte[] stored, int keyBytes) {
        return (long) LONG.get(stored, keyBytes) ^ Long.MIN_VALUE;
    }
}
