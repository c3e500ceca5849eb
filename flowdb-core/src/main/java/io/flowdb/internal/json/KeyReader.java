package io.flowdb.internal.json;

import io.flowdb.error.CorruptionException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.NumberOutput;

/**
 * Reads what {@link KeyWriter} wrote.
 *
 * <p>Numbers come back as {@code Long} if they are 64-bit integers, else as {@code Double} if the shortest text of a
 * double says exactly this number, else as {@code BigDecimal}. Threads: one. Errors: {@link CorruptionException}.
 */
public final class KeyReader {
    private final byte[] bytes;
    private final int end;
    private int at;

    /** Reads {@code bytes} from {@code from} on. */
    public KeyReader(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
        this.end = bytes.length;
    }

    /** The one value that {@code bytes} encode. */
    public static @Nullable Object decode(byte[] bytes) {
        return new KeyReader(bytes, 0).next();
    }

    /** A key that is not null. */
    public static Object decodeKey(byte[] bytes, int from) {
        KeyReader reader = new KeyReader(bytes, from);
        Object key = reader.next();
        if (key == null) {
            throw reader.corrupt("null as a primary key");
        }
        return key;
    }

    /** Position of the next byte. */
    public int position() {
        return at;
    }

    /** Reads the next value. */
    public @Nullable Object next() {
        int tag = byteAt(at++);
        return switch (tag) {
            case KeyTags.NULL -> null;
            case KeyTags.FALSE -> Boolean.FALSE;
            case KeyTags.TRUE -> Boolean.TRUE;
            case KeyTags.NUMBER -> number();
            case KeyTags.INSTANT -> instant();
            case KeyTags.TEXT -> text();
            case KeyTags.BINARY -> binary();
            case KeyTags.ARRAY -> array();
            default -> throw corrupt("tag " + tag);
        };
    }

    /** Within an array: whether a value comes next, not the end of the array. */
    public boolean hasElement() {
        return byteAt(at) != KeyTags.END;
    }

    /** Moves behind the next value without decoding it. */
    public void skip() {
        int tag = byteAt(at++);
        switch (tag) {
            case KeyTags.NULL, KeyTags.FALSE, KeyTags.TRUE -> {}
            case KeyTags.NUMBER -> skipNumber();
            case KeyTags.INSTANT -> at += 12;
            case KeyTags.TEXT, KeyTags.BINARY -> skipTo(KeyTags.END);
            case KeyTags.ARRAY -> {
                while (hasElement()) {
                    skip();
                }
                at++;
            }
            default -> throw corrupt("tag " + tag);
        }
    }

    private void skipNumber() {
        int exponent = byteAt(at++);
        if (exponent == KeyTags.ZERO) {
            return;
        }
        boolean negative = exponent < KeyTags.ZERO;
        if (isLong(negative ? exponent ^ 0xff : exponent)) {
            at += 4;
        }
        skipTo(negative ? 0xff : KeyTags.END);
    }

    private void skipTo(int terminator) {
        while (byteAt(at++) != terminator) {
            // an escaped byte is never a terminator
        }
    }

    private static boolean isLong(int exponent) {
        return exponent == KeyTags.TINY || exponent == KeyTags.HUGE;
    }

    private Object number() {
        int exponent = byteAt(at++);
        if (exponent == KeyTags.ZERO) {
            return 0L;
        }
        int mask = exponent < KeyTags.ZERO ? 0xff : 0;
        exponent ^= mask;
        int power;
        if (isLong(exponent)) {
            power = intAt(at) ^ (mask == 0 ? 0 : -1) ^ Integer.MIN_VALUE;
            at += 4;
        } else {
            power = exponent - KeyTags.ONE;
        }
        int first = at;
        skipTo(mask);
        int count = at - 1 - first;
        if (power >= 1 && power <= 9 && count <= power) {
            long magnitude = 0;
            for (int i = 0; i < power; i++) {
                magnitude = magnitude * 100 + (i < count ? pair(first + i, mask) : 0);
            }
            return mask == 0 ? magnitude : -magnitude;
        }
        return decimal(first, count, power, mask);
    }

    private int pair(int index, int mask) {
        return ((bytes[index] ^ mask) & 0xff) - 1;
    }

    private Object decimal(int first, int count, int power, int mask) {
        StringBuilder digits = new StringBuilder(2 * count + 1);
        if (mask != 0) {
            digits.append('-');
        }
        for (int i = 0; i < count; i++) {
            int pair = pair(first + i, mask);
            digits.append((char) ('0' + pair / 10)).append((char) ('0' + pair % 10));
        }
        long scale = 2 * (count - (long) power);
        if (scale > 0 && digits.charAt(digits.length() - 1) == '0') { // they come in pairs
            digits.setLength(digits.length() - 1);
            scale--;
        }
        BigInteger unscaled = new BigInteger(digits.toString());
        BigDecimal value = withScale(unscaled, scale);
        if (scale <= 0 && power <= 10) {
            BigInteger integer = value.toBigIntegerExact();
            return integer.bitLength() < 64 ? (Object) integer.longValue() : floating(value);
        }
        return floating(value);
    }

    /** The scale may lie one outside the range of int, as digits come in pairs. */
    private static BigDecimal withScale(BigInteger unscaled, long scale) {
        BigInteger digits = unscaled;
        long rest = scale;
        while (rest > Integer.MAX_VALUE) {
            digits = digits.divide(BigInteger.TEN);
            rest--;
        }
        while (rest < Integer.MIN_VALUE) {
            digits = digits.multiply(BigInteger.TEN);
            rest++;
        }
        return new BigDecimal(digits, (int) rest);
    }

    private static Object floating(BigDecimal value) {
        double close = value.doubleValue();
        if (Double.isFinite(close) && new BigDecimal(NumberOutput.toString(close, true)).compareTo(value) == 0) {
            return close;
        }
        return value;
    }

    private Instant instant() {
        long seconds = ((long) intAt(at) << 32 | intAt(at + 4) & 0xffff_ffffL) ^ Long.MIN_VALUE;
        int nanos = intAt(at + 8);
        at += 12;
        return Instant.ofEpochSecond(seconds, nanos);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        while (true) {
            int b = byteAt(at++);
            if (b == KeyTags.END) {
                return text.toString();
            } else if (b == KeyTags.ESCAPE) {
                text.append((char) (byteAt(at++) - 1));
            } else if (b < 0x80) {
                text.append((char) b);
            } else if (b < 0xe0) {
                text.append((char) ((b & 0x1f) << 6 | byteAt(at++) & 0x3f));
            } else {
                int middle = byteAt(at++) & 0x3f;
                text.append((char) ((b & 0x0f) << 12 | middle << 6 | byteAt(at++) & 0x3f));
            }
        }
    }

    private byte[] binary() {
        byte[] binary = new byte[end - at];
        int length = 0;
        while (true) {
            int b = byteAt(at++);
            if (b == KeyTags.END) {
                return Arrays.copyOf(binary, length);
            }
            binary[length++] = (byte) (b == KeyTags.ESCAPE ? byteAt(at++) - 1 : b);
        }
    }

    private List<@Nullable Object> array() {
        List<@Nullable Object> array = new ArrayList<>();
        while (hasElement()) {
            array.add(next());
        }
        at++;
        return Collections.unmodifiableList(array);
    }

    private int intAt(int index) {
        return byteAt(index) << 24 | byteAt(index + 1) << 16 | byteAt(index + 2) << 8 | byteAt(index + 3);
    }

    private int byteAt(int index) {
        if (index >= end) {
            throw corrupt("end of the key");
        }
        return bytes[index] & 0xff;
    }

    private CorruptionException corrupt(String found) {
        return new CorruptionException("document key", at - 1, "found " + found);
    }
}
