package io.flowdb.internal.json;

import io.flowdb.error.InvalidKeyException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.NumberOutput;
import tools.jackson.databind.JsonNode;

/**
 * Writes key values so that unsigned byte order is key order, and no encoding is a prefix of another.
 *
 * <p>Layout: a tag, see {@link KeyTags}, then
 * <pre>
 * number   exponent byte (with 4 bytes more if tiny or huge), base-100 digits + 1, 00; all complemented if negative
 * instant  seconds i64 and nanoseconds u32, big-endian, sign bit of the seconds flipped
 * text     each UTF-16 code unit in 1 to 3 bytes as in UTF-8, 00 and 01 preceded by 01; then 00
 * binary   the bytes, 00 and 01 preceded by 01 and increased by one; then 00
 * array    the elements; then 00
 * </pre>
 * <p>Threads: one. Errors: {@link InvalidKeyException}. Source: docs/format/document-keys.md, format 1.
 */
public final class KeyWriter {
    private static final int MAX_NUMBER_BITS = 1 << 14;
    private static final int MAX_ARRAY_DEPTH = 100;
    private static final long MAX_LONG_TO_SHIFT = Long.MAX_VALUE / 10;

    private byte[] buffer;
    private int length;
    /** Base-100 digits of a number, last one first. */
    private final byte[] pairs = new byte[10];

    /** An empty writer. */
    public KeyWriter() {
        buffer = new byte[64];
    }

    /** A writer that starts with {@code prefix}. */
    public KeyWriter(byte[] prefix) {
        buffer = Arrays.copyOf(prefix, prefix.length + 48);
        length = prefix.length;
    }

    /** The encoding of one value. */
    public static byte[] encode(@Nullable Object value) {
        return new KeyWriter().add(value).toBytes();
    }

    /** Bytes written. */
    public int length() {
        return length;
    }

    /** Takes back what was written after the first {@code length} bytes. */
    public void truncate(int length) {
        this.length = length;
    }

    /** A copy of what was written. */
    public byte[] toBytes() {
        return Arrays.copyOf(buffer, length);
    }

    /** The written byte at {@code index}. */
    public int byteAt(int index) {
        return buffer[index] & 0xff;
    }

    /** Appends bytes as they are. */
    public KeyWriter raw(byte[] bytes, int from, int to) {
        ensure(to - from);
        System.arraycopy(bytes, from, buffer, length, to - from);
        length += to - from;
        return this;
    }

    /** Appends bytes as they are. */
    public KeyWriter raw(byte[] bytes) {
        return raw(bytes, 0, bytes.length);
    }

    /** Appends one byte as it is. */
    public KeyWriter raw(int b) {
        ensure(1);
        buffer[length++] = (byte) b;
        return this;
    }

    /** Appends a key value; throws {@link InvalidKeyException} if it is none. */
    public KeyWriter add(@Nullable Object value) {
        add(value, 0);
        return this;
    }

    private void add(@Nullable Object value, int depth) {
        if (value instanceof String text) {
            addText(text);
        } else if (value instanceof Number number) {
            addNumber(number);
        } else if (value == null) {
            raw(KeyTags.NULL);
        } else if (value instanceof Boolean truth) {
            raw(truth ? KeyTags.TRUE : KeyTags.FALSE);
        } else if (value instanceof JsonNode node) {
            if (!addJson(node, depth)) {
                throw new InvalidKeyException(null, "a JSON " + node.getNodeType() + " or what it contains is no key");
            }
        } else if (value instanceof Instant instant) {
            addInstant(instant);
        } else if (value instanceof byte[] binary) {
            addBinary(binary);
        } else if (value instanceof List<?> array) {
            addArray(array, depth);
        } else {
            throw new InvalidKeyException(
                    null,
                    value.getClass().getName()
                            + " (allowed: String, numbers, Boolean, Instant, byte[], List, JsonNode)");
        }
    }

    /** Appends a JSON value and returns true, or appends nothing and returns false if it is no key. */
    public boolean addJson(JsonNode node) {
        return addJson(node, 0);
    }

    private boolean addJson(JsonNode node, int depth) {
        switch (node.getNodeType()) {
            case STRING -> addText(node.stringValue());
            case NUMBER -> {
                return addJsonNumber(node);
            }
            case BOOLEAN -> raw(node.booleanValue() ? KeyTags.TRUE : KeyTags.FALSE);
            case NULL -> raw(KeyTags.NULL);
            case ARRAY -> {
                return addJsonArray(node, depth);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean addJsonArray(JsonNode array, int depth) {
        if (depth >= MAX_ARRAY_DEPTH) {
            return false;
        }
        int start = length;
        raw(KeyTags.ARRAY);
        for (int i = 0; i < array.size(); i++) {
            if (!addJson(array.get(i), depth + 1)) {
                length = start;
                return false;
            }
        }
        raw(KeyTags.END);
        return true;
    }

    private boolean addJsonNumber(JsonNode node) {
        switch (node.numberType()) {
            case INT, LONG -> addLong(node.longValue());
            case BIG_INTEGER -> addDecimal(new BigDecimal(node.bigIntegerValue()));
            case BIG_DECIMAL -> addDecimal(node.decimalValue());
            default -> {
                Number number = node.numberValue();
                if (!Double.isFinite(number.doubleValue())) {
                    return false;
                }
                addNumber(number);
            }
        }
        return true;
    }

    private void addArray(List<?> array, int depth) {
        if (depth >= MAX_ARRAY_DEPTH) {
            throw new InvalidKeyException(null, "arrays nested deeper than " + MAX_ARRAY_DEPTH);
        }
        raw(KeyTags.ARRAY);
        for (Object element : array) {
            add(element, depth + 1);
        }
        raw(KeyTags.END);
    }

    private void addNumber(Number number) {
        if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
            addLong(number.longValue());
        } else if (number instanceof Double || number instanceof Float) {
            addDouble(number);
        } else if (number instanceof BigDecimal decimal) {
            addDecimal(decimal);
        } else if (number instanceof BigInteger integer) {
            addDecimal(new BigDecimal(integer));
        } else {
            throw new InvalidKeyException(null, number.getClass().getName() + " is no number that can be a key");
        }
    }

    /**
     * A double within the range of long is taken exactly if it is an integer; any other stands for the shortest decimal
     * that reads back as the same double, which is what its JSON text says. Both rules together keep the order.
     */
    private void addDouble(Number number) {
        double value = number.doubleValue();
        if (!Double.isFinite(value)) {
            throw new InvalidKeyException(null, "NaN and infinities are no keys");
        }
        if (value == Math.rint(value) && value >= -0x1p63 && value < 0x1p63) {
            addLong((long) value);
        } else if (number instanceof Float) {
            addDecimal(new BigDecimal(NumberOutput.toString(number.floatValue(), true)));
        } else {
            addDecimal(new BigDecimal(NumberOutput.toString(value, true)));
        }
    }

    /** Appends a 64-bit integer. */
    public void addLong(long value) {
        if (value == Long.MIN_VALUE) {
            addDigits(BigInteger.valueOf(value).negate().toString(), 0, true);
        } else {
            addPairs(Math.abs(value), 0, value < 0);
        }
    }

    private void addDecimal(BigDecimal value) {
        BigInteger unscaled = value.unscaledValue();
        if (unscaled.signum() == 0) {
            addLong(0);
            return;
        }
        if (unscaled.bitLength() > MAX_NUMBER_BITS) {
            throw new InvalidKeyException(null, "a number of more than " + MAX_NUMBER_BITS + " bits");
        }
        int scale = value.scale();
        if (unscaled.bitLength() < 64) {
            long magnitude = Math.abs(unscaled.longValue());
            if ((scale & 1) == 0 && magnitude >= 0) {
                addPairs(magnitude, scale / 2, unscaled.signum() < 0);
                return;
            }
            if (magnitude >= 0 && magnitude <= MAX_LONG_TO_SHIFT && scale < Integer.MAX_VALUE) {
                addPairs(magnitude * 10, (scale + 1) / 2, unscaled.signum() < 0);
                return;
            }
        }
        addDigits(unscaled.abs().toString(), scale, unscaled.signum() < 0);
    }

    /** Appends {@code magnitude} / 100^{@code pairScale}. */
    private void addPairs(long magnitude, int pairScale, boolean negative) {
        int count = 0;
        for (long rest = magnitude; rest != 0; rest /= 100) {
            pairs[count++] = (byte) (rest % 100);
        }
        int first = 0;
        while (first < count && pairs[first] == 0) {
            first++;
        }
        int start = length;
        addExponent(count == 0, count - (long) pairScale);
        if (count > 0) {
            ensure(count - first + 1);
            for (int i = count - 1; i >= first; i--) {
                buffer[length++] = (byte) (pairs[i] + 1);
            }
            buffer[length++] = KeyTags.END;
        }
        complement(start, negative);
    }

    /** Appends the decimal {@code digits} / 10^{@code scale}; the digits are no zero and have no leading zero. */
    private void addDigits(String digits, int scale, boolean negative) {
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        long exponent = digits.length() - (long) scale;
        int start = length;
        addExponent(false, Math.floorDiv(exponent + 1, 2L));
        ensure(end / 2 + 2);
        for (int i = (exponent & 1) == 0 ? 0 : -1; i < end; i += 2) {
            int high = i < 0 ? 0 : digits.charAt(i) - '0';
            int low = i + 1 < end ? digits.charAt(i + 1) - '0' : 0;
            buffer[length++] = (byte) (high * 10 + low + 1);
        }
        buffer[length++] = KeyTags.END;
        complement(start, negative);
    }

    private void addExponent(boolean zero, long exponent) {
        ensure(6);
        buffer[length++] = KeyTags.NUMBER;
        if (zero) {
            buffer[length++] = (byte) KeyTags.ZERO;
        } else if (exponent >= KeyTags.MIN_EXPONENT && exponent <= KeyTags.MAX_EXPONENT) {
            buffer[length++] = (byte) (KeyTags.ONE + exponent);
        } else {
            buffer[length++] = (byte) (exponent < 0 ? KeyTags.TINY : KeyTags.HUGE);
            addInt((int) exponent ^ Integer.MIN_VALUE);
        }
    }

    /** Turns the number whose tag is at {@code start} into its negative. */
    private void complement(int start, boolean negative) {
        if (negative) {
            complement(start + 1);
        }
    }

    /** Turns the order of what was written from {@code start} on around. */
    public void complement(int start) {
        for (int i = start; i < length; i++) {
            buffer[i] = (byte) ~buffer[i];
        }
    }

    private void addInstant(Instant instant) {
        raw(KeyTags.INSTANT);
        ensure(12);
        long seconds = instant.getEpochSecond() ^ Long.MIN_VALUE;
        addInt((int) (seconds >>> 32));
        addInt((int) seconds);
        addInt(instant.getNano());
    }

    private void addInt(int value) {
        ensure(4);
        buffer[length++] = (byte) (value >>> 24);
        buffer[length++] = (byte) (value >>> 16);
        buffer[length++] = (byte) (value >>> 8);
        buffer[length++] = (byte) value;
    }

    /** Appends text. */
    public void addText(String text) {
        addTextPrefix(text);
        raw(KeyTags.END);
    }

    /** Appends text without its end: what the encodings of all texts that start with it have in common. */
    public void addTextPrefix(String text) {
        ensure(1 + 3 * (long) text.length());
        byte[] to = buffer;
        int at = length;
        to[at++] = KeyTags.TEXT;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (c <= KeyTags.ESCAPE) {
                    to[at++] = KeyTags.ESCAPE;
                    c++;
                }
                to[at++] = (byte) c;
            } else if (c < 0x800) {
                to[at++] = (byte) (0xc0 | c >> 6);
                to[at++] = (byte) (0x80 | c & 0x3f);
            } else {
                to[at++] = (byte) (0xe0 | c >> 12);
                to[at++] = (byte) (0x80 | c >> 6 & 0x3f);
                to[at++] = (byte) (0x80 | c & 0x3f);
            }
        }
        length = at;
    }

    private void addBinary(byte[] binary) {
        ensure(2 + 2 * (long) binary.length);
        buffer[length++] = KeyTags.BINARY;
        for (byte b : binary) {
            if (b == KeyTags.END || b == KeyTags.ESCAPE) {
                buffer[length++] = KeyTags.ESCAPE;
                b++;
            }
            buffer[length++] = b;
        }
        buffer[length++] = KeyTags.END;
    }

    private void ensure(long more) {
        if (length + more > buffer.length) {
            long wanted = Math.max(length + more, 2L * buffer.length);
            if (wanted > Integer.MAX_VALUE - 16) {
                throw new InvalidKeyException(null, "longer than 2 GiB when encoded");
            }
            buffer = Arrays.copyOf(buffer, (int) wanted);
        }
    }
}
