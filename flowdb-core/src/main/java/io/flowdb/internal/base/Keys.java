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

    /** The UTF-8 bytes of a text key. Half a surrogate pair has none, and is refused: all such keys would be one. */
    public static byte[] utf8(String key) {
        return utf8("key", key);
    }

    /** The UTF-8 bytes of the text that is called {@code name} in an error. */
    public static byte[] utf8(String name, String text) {
        Objects.requireNonNull(text, name);
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (Character.isSurrogate(unit)) {
                boolean pair = i + 1 < text.length() && Character.isSurrogatePair(unit, text.charAt(i + 1));
                Arguments.check(
                        pair, name, String.format("...\\u%04x...", (int) unit), "text without half surrogate pairs");
                i++;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
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

    /** Whether {@code key} begins with {@code prefix}, or is it. */
    public static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && equal(key, 0, prefix, 0, prefix.length);
    }

    /** The bytes of {@code prefix} and behind them those of {@code rest}. */
    public static byte[] concat(byte[] prefix, byte[] rest) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + rest.length);
        System.arraycopy(rest, 0, key, prefix.length, rest.length);
        return key;
    }

    /** The smallest key above {@code key}: the key with a zero byte appended. */
    public static byte[] successor(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /*
     * Keys are short, so words at a time beat the general array methods. What is 8 to 16 bytes long is two words, which
     * overlap, and needs no loop.
     */

    /** Whether two ranges of {@code length} bytes are equal. */
    public static boolean equal(byte[] a, int aFrom, byte[] b, int bFrom, int length) {
        if (length < Long.BYTES) {
            return equalBytes(a, aFrom, b, bFrom, length);
        }
        int last = length - Long.BYTES;
        if (LittleEndian.getLong(a, aFrom) != LittleEndian.getLong(b, bFrom)
                || LittleEndian.getLong(a, aFrom + last) != LittleEndian.getLong(b, bFrom + last)) {
            return false;
        }
        return last <= Long.BYTES || equalWords(a, aFrom, b, bFrom, last);
    }

    private static boolean equalBytes(byte[] a, int aFrom, byte[] b, int bFrom, int length) {
        for (int i = 0; i < length; i++) {
            if (a[aFrom + i] != b[bFrom + i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalWords(byte[] a, int aFrom, byte[] b, int bFrom, int last) {
        for (int i = Long.BYTES; i < last; i += Long.BYTES) {
            if (LittleEndian.getLong(a, aFrom + i) != LittleEndian.getLong(b, bFrom + i)) {
                return false;
            }
        }
        return true;
    }

    /** Order of two ranges as unsigned bytes: below 0, 0 or above 0. */
    public static int compare(byte[] a, int aFrom, int aLength, byte[] b, int bFrom, int bLength) {
        int last = Math.min(aLength, bLength) - Long.BYTES;
        if (last < 0) {
            return compareBytes(a, aFrom, aLength, b, bFrom, bLength);
        }
        long x = LittleEndian.getOrderedLong(a, aFrom);
        long y = LittleEndian.getOrderedLong(b, bFrom);
        if (x == y && last > Long.BYTES) {
            for (int i = Long.BYTES; i < last && x == y; i += Long.BYTES) {
                x = LittleEndian.getOrderedLong(a, aFrom + i);
                y = LittleEndian.getOrderedLong(b, bFrom + i);
            }
        }
        if (x == y) {
            x = LittleEndian.getOrderedLong(a, aFrom + last);
            y = LittleEndian.getOrderedLong(b, bFrom + last);
        }
        return x != y ? Long.compareUnsigned(x, y) : aLength - bLength;
    }

    private static int compareBytes(byte[] a, int aFrom, int aLength, byte[] b, int bFrom, int bLength) {
        int common = Math.min(aLength, bLength);
        for (int i = 0; i < common; i++) {
            int order = (a[aFrom + i] & 0xff) - (b[bFrom + i] & 0xff);
            if (order != 0) {
                return order;
            }
        }
        return aLength - bLength;
    }

    /** Copies a range. */
    public static void copy(byte[] from, int offset, byte[] to, int at, int length) {
        if (length < Long.BYTES || length > 2 * Long.BYTES) {
            System.arraycopy(from, offset, to, at, length);
            return;
        }
        long head = LittleEndian.getLong(from, offset);
        int last = length - Long.BYTES;
        LittleEndian.putLong(to, at + last, LittleEndian.getLong(from, offset + last));
        LittleEndian.putLong(to, at, head);
    }

    /**
     * A short form for messages: quoted text if printable ASCII, else hexadecimal; cut at {@value #SHOWN_BYTES} bytes.
     */
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
