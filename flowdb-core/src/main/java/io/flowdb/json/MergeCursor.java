package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Walks committed entries and those of a transaction as one. The map is asked anew for each step, so writes made behind
 * the present position during the walk are seen. Threads: one.
 */
final class MergeCursor<V> implements StoreCursor {
    private final StoreCursor base;
    private final NavigableMap<byte[], V> own;
    /** What an entry of the transaction holds; null hides the committed entry. */
    private final Function<V, @Nullable StoredValue> value;

    private final byte[] start;
    private final byte[] end;
    private final boolean reverse;

    private byte @Nullable [] baseKey;
    private boolean baseDone;
    private byte @Nullable [] position;
    private @Nullable StoredValue current;

    MergeCursor(
            StoreCursor base, NavigableMap<byte[], V> own, Function<V, @Nullable StoredValue> value, Bounds bounds) {
        this.base = base;
        this.own = own;
        this.value = value;
        this.start = bounds.start;
        this.end = bounds.end;
        this.reverse = bounds.reverse;
    }

    /** Where a walk goes. */
    record Bounds(byte[] start, byte[] end, boolean reverse) {}

    @Override
    public boolean next() {
        while (true) {
            fillBase();
            Map.Entry<byte[], V> entry = nextOwn();
            byte[] next = baseKey;
            if (entry == null && next == null) {
                return false;
            }
            int order = entry == null ? -1 : next == null ? 1 : compare(next, entry.getKey());
            if (order < 0) {
                // The cursor stays on the committed entry until the next call.
                position = next;
                baseKey = null;
                current = null;
                return true;
            }
            if (order == 0) {
                baseKey = null;
            }
            Map.Entry<byte[], V> chosen = Objects.requireNonNull(entry);
            position = chosen.getKey();
            current = value.apply(chosen.getValue());
            if (current != null) {
                return true;
            }
        }
    }

    private void fillBase() {
        if (baseKey == null && !baseDone) {
            if (base.next()) {
                baseKey = base.key();
            } else {
                baseDone = true;
            }
        }
    }

    private Map.@Nullable Entry<byte[], V> nextOwn() {
        byte[] from = position;
        Map.Entry<byte[], V> entry;
        if (reverse) {
            entry = own.lowerEntry(from == null ? end : from);
            return entry == null || Arrays.compareUnsigned(entry.getKey(), start) < 0 ? null : entry;
        }
        entry = from == null ? own.ceilingEntry(start) : own.higherEntry(from);
        return entry == null || Arrays.compareUnsigned(entry.getKey(), end) >= 0 ? null : entry;
    }

    private int compare(byte[] a, byte[] b) {
        int order = Arrays.compareUnsigned(a, b);
        return reverse ? -order : order;
    }

    @Override
    public byte[] key() {
        return Objects.requireNonNull(position);
    }

    @Override
    public byte[] value() {
        return current != null ? current.value() : base.value();
    }

    @Override
    public int valueLength() {
        return current != null ? current.value().length : base.valueLength();
    }

    @Override
    public int copyValue(byte[] to, int at) {
        return current != null ? StoreCursor.super.copyValue(to, at) : base.copyValue(to, at);
    }

    @Override
    public long seqno() {
        return current != null ? current.seqno() : base.seqno();
    }

    @Override
    public long expireAt() {
        return current != null ? current.expireAt() : base.expireAt();
    }

    @Override
    public void close() {
        base.close();
    }
}
