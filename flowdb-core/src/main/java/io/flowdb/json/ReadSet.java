package io.flowdb.json;

import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.internal.base.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction has read: keys, and ranges as far as they were walked. Ranges that meet or overlap are one, and
 * keys within a range are part of it. Walks that are not closed count as far as they have come. Threads: one at a time.
 */
final class ReadSet {
    /** What a key takes beside its bytes. */
    private static final int KEY_BYTES = 64;
    /** What a range takes beside its bytes. */
    private static final int RANGE_BYTES = 96;

    private final TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
    /** Ends by starts; no two meet. */
    private final TreeMap<byte[], byte[]> ranges = new TreeMap<>(Arrays::compareUnsigned);

    private final Set<Walk> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private long bytes;

    /** About what it takes in memory. */
    long bytes() {
        return bytes;
    }

    /** Adds a key. */
    void add(byte[] key) {
        Map.Entry<byte[], byte[]> before = ranges.floorEntry(key);
        boolean within = before != null && Arrays.compareUnsigned(key, before.getValue()) < 0;
        if (!within && keys.add(key)) {
            bytes += KEY_BYTES + key.length;
        }
    }

    /** Adds the keys from {@code start} to {@code end} that {@code cursor} meets, a walk from one to the other. */
    StoreCursor walk(StoreCursor cursor, byte[] start, byte[] end, boolean reverse) {
        Walk walk = new Walk(cursor, start, end, reverse);
        open.add(walk);
        return walk;
    }

    private void add(byte[] start, byte[] end) {
        if (Arrays.compareUnsigned(start, end) >= 0) {
            return;
        }
        byte[] from = start;
        byte[] to = end;
        Map.Entry<byte[], byte[]> met = ranges.floorEntry(end);
        while (met != null && Arrays.compareUnsigned(met.getValue(), start) >= 0) {
            from = Arrays.compareUnsigned(met.getKey(), from) < 0 ? met.getKey() : from;
            to = Arrays.compareUnsigned(met.getValue(), to) > 0 ? met.getValue() : to;
            ranges.remove(met.getKey());
            bytes -= rangeBytes(met.getKey(), met.getValue());
            met = ranges.floorEntry(end);
        }
        ranges.put(from, to);
        bytes += rangeBytes(from, to);
        Set<byte[]> within = keys.subSet(start, end);
        within.forEach(key -> bytes -= KEY_BYTES + key.length);
        within.clear();
    }

    private static long rangeBytes(byte[] start, byte[] end) {
        return RANGE_BYTES + start.length + end.length;
    }

    /** Adds everything to {@code preconditions}, but for keys that are checked as they are written. */
    void addTo(Preconditions preconditions, Predicate<byte[]> written) {
        List<Walk> unfinished = new ArrayList<>(open);
        unfinished.forEach(Walk::addWhatWasMet);
        for (byte[] key : keys) {
            if (!written.test(key)) {
                preconditions.key(key);
            }
        }
        ranges.forEach(preconditions::range);
    }

    /** Remembers how far a range was walked. Keys are those of the store below. */
    private final class Walk implements StoreCursor {
        private final StoreCursor cursor;
        private final byte[] start;
        private final byte[] end;
        private final boolean reverse;
        private byte @Nullable [] last;
        private boolean exhausted;

        Walk(StoreCursor cursor, byte[] start, byte[] end, boolean reverse) {
            this.cursor = cursor;
            this.start = start;
            this.end = end;
            this.reverse = reverse;
        }

        void addWhatWasMet() {
            byte[] reached = last;
            if (exhausted) {
                add(start, end);
            } else if (reached != null) {
                add(reverse ? reached : start, reverse ? end : Keys.successor(reached));
            }
        }

        @Override
        public boolean next() {
            if (cursor.next()) {
                last = cursor.key();
                return true;
            }
            exhausted = true;
            return false;
        }

        @Override
        public byte[] key() {
            return Objects.requireNonNull(last);
        }

        @Override
        public byte[] value() {
            return cursor.value();
        }

        @Override
        public int valueLength() {
            return cursor.valueLength();
        }

        @Override
        public int copyValue(byte[] to, int at) {
            return cursor.copyValue(to, at);
        }

        @Override
        public long seqno() {
            return cursor.seqno();
        }

        @Override
        public long expireAt() {
            return cursor.expireAt();
        }

        @Override
        public void close() {
            cursor.close();
            if (open.remove(this)) {
                addWhatWasMet();
            }
        }
    }
}
