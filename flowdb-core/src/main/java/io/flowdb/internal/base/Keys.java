package io.flowdb.internal.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rules for user keys: length, order (unsigned bytes), prefix ranges, and how a key is shown in messages. */
public final class Keys {
    /** Longest user key, in bytes: lengths are stored as u16. */
    public static final int MAX_KEY_BYTES = 65_535;

    private static final int SHOWN_BYTES = 40;
    private static final int MOST_COPIED_BY_WORD = 32;

    private Keys() {}

    /** Returns {@code key} if its length is 1 to {@link #MAX_KEY_BYTES}. */
    public static byte[] checkKey(byte[] key) {
        Objects.requireNonNull(key, "key");
        Arguments.check(
                key.length >= 1 && key.length <= MAX_KEY_BYTES,
                "key length",
                key.length,
                "1 to " + MAX_KEY_BYTES + " bytes");
        return key;
    }

    /** The UTF-8 bytes of a text key. */
    public static byte[] utf8(String key) {
        return Objects.requireNonNull(key, "key").getBytes(StandardCharsets.UTF_8);
    }

    /** The smallest key above every key that starts with {@code prefix}, or null if there is none. */
    public static byte @Nullable [] prefixEnd(byte[] prefix) {
        int last = prefix.length - 1;
        while (last >= 0 && prefix[last] == (byte) 0xff) {
            last--;
        }
        if (last < 0) {
            return null;
        }
        byte[] end = Arrays.copyOf(prefix, last + 1);
        end[last]++;
        return end;
    }

    /** The smallest key above {@code key}: the key with a zero byte appended. */
    public static byte[] successor(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /** Whether two ranges of {@code length} bytes are equal. Keys are short: words at a time beat the general array methods. */
    public static boolean equal(byte[] a, int aFrom, byte[] b, int bFrom, int length) {
        if (length >= Long.BYTES) {
            int last = length - Long.BYTES;
            for (int i = 0; i < last; i += Long.BYTES) {
                if (LittleEndian.getLong(a, aFrom + i) != LittleEndian.getLong(b, bFrom + i)) {
                    return false;
                }
            }
            return LittleEndian.getLong(a, aFrom + last) == LittleEndian.getLong(b, bFrom + last);
        }
        for (int i = 0; i < length; i++) {
            if (a[aFrom + i] != b[bFrom + i]) {
                return false;
            }
        }
        return true;
    }

    /** Order of two ranges as unsigned bytes: below 0, 0 or above 0. */
    public static int compare(byte[] a, int aFrom, int aLength, byte[] b, int bFrom, int bLength) {
        int common = Math.min(aLength, bLength);
        int i = 0;
        for (; i + Long.BYTES <= common; i += Long.BYTES) {
            long x = LittleEndian.getOrderedLong(a, aFrom + i);
            long y = LittleEndian.getOrderedLong(b, bFrom + i);
            if (x != y) {
                return Long.compareUnsigned(x, y);
            }
        }
        if (i == common) {
            return aLength - bLength;
        }
        if (common >= Long.BYTES) {
            /* The last word overlaps what has been compared and is equal. */
            int last = common - Long.BYTES;
            long x = LittleEndian.getOrderedLong(a, aFrom + last);
            long y = LittleEndian.getOrderedLong(b, bFrom + last);
            return x != y ? Long.compareUnsigned(x, y) : aLength - bLength;
        }
        for (; i < common; i++) {
            int order = (a[aFrom + i] & 0xff) - (b[bFrom + i] & 0xff);
            if (order != 0) {
                return order;
            }
        }
        return aLength - bLength;
    }

    /** Copies a range; as {@link #equal}, words at a time while it is short. */
    public static void copy(byte[] from, int offset, byte[] to, int at, int length) {
        if (length < Long.BYTES || length > MOST_COPIED_BY_WORD) {
            System.arraycopy(from, offset, to, at, length);
            return;
        }
        int last = length - Long.BYTES;
        for (int i = 0; i < last; i += Long.BYTES) {
            LittleEndian.putLong(to, at + i, LittleEndian.getLong(from, offset + i));
        }
        LittleEndian.putLong(to, at + last, LittleEndian.getLong(from, offset + last));
    }

    /** A short form for messages: quoted text if printable ASCII, else hexadecimal; cut at {@value #SHOWN_BYTES} bytes. */
    public static String show(byte[] key) {
        byte[] head = key.length > SHOWN_BYTES ? Arrays.copyOf(key, SHOWN_BYTES) : key;
        String more = key.length > SHOWN_BYTES ? "... (" + key.length + " bytes)" : "";
        for (byte b : head) {
            if (b < 0x20 || b > 0x7e) {
                return "0x" + HexFormat.of().formatHex(head) + more;
            }
        }
        return '"' + new String(head, StandardCharsets.US_ASCII) + '"' + more;
    }
}
