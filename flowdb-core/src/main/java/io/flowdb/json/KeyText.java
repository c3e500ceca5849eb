package io.flowdb.json;

import io.flowdb.Preconditions;
import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyTags;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keys of the store below as people write them, for messages: the values behind the prefix of a store or index. */
final class KeyText {
    private static final int MAX_LENGTH = 100;

    private KeyText() {}

    /**
     * The values of a key; "behind" and values for the bytes that follow all keys that begin with these. Instead of the
     * last value there may be a kind, for the bytes that come before all values of it.
     */
    static String of(byte[] key, byte[] prefix) {
        byte[] values = Arrays.copyOfRange(key, Math.min(prefix.length, key.length), key.length);
        try {
            return cut(read(values));
        } catch (CorruptionException e) {
            return behind(values);
        }
    }

    /** Both ends of a range; what is not bounded is empty. */
    static String of(Preconditions.Range range, byte[] prefix) {
        boolean hasStart = range.start().length > prefix.length;
        return "[" + (hasStart ? of(range.start(), prefix) : "") + " .. " + end(range.end(), prefix) + ")";
    }

    private static String end(byte @Nullable [] end, byte[] prefix) {
        boolean bounded = end != null
                && end.length > prefix.length
                && Keys.startsWith(end, prefix)
                && end[prefix.length] != KeyTags.ABOVE;
        return end != null && bounded ? of(end, prefix) : "";
    }

    /** What lies behind a key is its last byte and one, or a zero byte more. */
    private static String behind(byte[] values) {
        int last = values.length - 1;
        byte[] before = last > 0 && values[last] == 0 ? Arrays.copyOf(values, last) : values.clone();
        if (before.length == values.length && last >= 0) {
            before[last]--;
        }
        try {
            return "behind " + cut(read(before));
        } catch (CorruptionException e) {
            return begun(values);
        }
    }

    /** Values, the last of which is a kind, the end of one, or the beginning of a text. */
    private static String begun(byte[] values) {
        int last = values.length - 1;
        try {
            String kind = last < 0 ? null : kind(values[last]);
            if (kind == null) {
                return cut(read(Arrays.copyOf(values, values.length + 1))); // with the end of the text
            }
            return last == 0 ? kind : cut(read(Arrays.copyOf(values, last))) + ", " + kind;
        } catch (CorruptionException e) {
            return Keys.show(values);
        }
    }

    /** The kind whose keys begin with {@code tag}, or that all end before it; null if there is none. */
    private static @Nullable String kind(byte tag) {
        String kind = KeyTags.kindName(tag);
        String ended = KeyTags.kindName(tag - 1);
        return kind == null && ended != null ? "behind " + ended : kind;
    }

    private static String read(byte[] values) {
        StringJoiner text = new StringJoiner(", ");
        KeyReader reader = new KeyReader(values, 0);
        do {
            text.add(show(reader.next()));
        } while (reader.position() < values.length);
        return text.toString();
    }

    static String show(@Nullable Object value) {
        if (value instanceof List<?> elements) {
            return elements.stream().map(KeyText::show).collect(Collectors.joining(", ", "[", "]"));
        } else if (value instanceof byte[] bytes) {
            return "0x" + HexFormat.of().formatHex(bytes);
        }
        return value instanceof String ? '"' + value.toString() + '"' : String.valueOf(value);
    }

    private static String cut(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "...";
    }
}
