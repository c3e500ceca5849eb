package io.flowdb.internal.base;

/**
 * The bytes of one operation, as they stand in a write batch, in a WAL frame and in a memtable arena.
 *
 * <p>Layout, little-endian:
 * <pre>
 * op        u8   {@link Op#code()}
 * keyLength u16
 * ts        i64
 * expireAt  i64  microseconds, Long.MAX_VALUE for never
 * valueLength u32
 * key
 * value          for DELETE_RANGE the exclusive end key
 * </pre>
 * <p>Source: docs/format/wal.md.
 */
public final class OpCodec {
    /** Bytes before the key. */
    public static final int HEADER_BYTES = 23;

    /** An empty array. */
    public static final byte[] EMPTY = new byte[0];

    private OpCodec() {}

    /**
     * Writes one operation but for its times at {@code at} and returns the position behind it. The buffer must be large
     * enough.
     */
    public static int encode(byte[] to, int at, Op op, byte[] key, byte[] value) {
        to[at] = op.code();
        LittleEndian.putShort(to, at + 1, key.length);
        LittleEndian.putInt(to, at + 19, value.length);
        System.arraycopy(key, 0, to, at + HEADER_BYTES, key.length);
        System.arraycopy(value, 0, to, at + HEADER_BYTES + key.length, value.length);
        return at + HEADER_BYTES + key.length + value.length;
    }

    /** The op code of the operation at {@code at}. */
    public static byte op(byte[] from, int at) {
        return from[at];
    }

    /** Length of its key. */
    public static int keyLength(byte[] from, int at) {
        return LittleEndian.getUnsignedShort(from, at + 1);
    }

    /** Its ts. */
    public static long ts(byte[] from, int at) {
        return LittleEndian.getLong(from, at + 3);
    }

    /** Its expiry. */
    public static long expireAt(byte[] from, int at) {
        return LittleEndian.getLong(from, at + 11);
    }

    /** Sets its ts. */
    public static void setTs(byte[] to, int at, long ts) {
        LittleEndian.putLong(to, at + 3, ts);
    }

    /** Sets its expiry. */
    public static void setExpireAt(byte[] to, int at, long expireAt) {
        LittleEndian.putLong(to, at + 11, expireAt);
    }

    /** Length of its value. */
    public static int valueLength(byte[] from, int at) {
        return LittleEndian.getInt(from, at + 19);
    }

    /** Length of the whole operation. */
    public static int length(byte[] from, int at) {
        return HEADER_BYTES + keyLength(from, at) + valueLength(from, at);
    }
}
