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
