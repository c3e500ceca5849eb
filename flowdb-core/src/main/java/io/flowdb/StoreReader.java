package io.flowdb;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads one state of an {@link OrderedStore}. Threads: any. */
public interface StoreReader {

    /** The sequence number up to which commits are visible. For {@link OrderedStore#latest()} each call reads anew. */
    long seqno();

    /** The value of {@code key}, or null if it is absent, deleted or expired. */
    @Nullable
    StoredValue get(byte[] key);

    /**
     * Copies the value of {@code key} to the begin of {@code into}, if there is room for all of it; otherwise
     * {@code into} stays as it is. A read of an {@link Engine} makes no array then, which else is most of what it
     * allocates.
     *
     * @return length of the value, also where it is longer than {@code into}; -1 if it is absent, deleted or expired
     */
    default int get(byte[] key, byte[] into) {
        Objects.requireNonNull(into, "into");
        StoredValue found = get(key);
        if (found == null) {
            return -1;
        }
        int length = found.value().length;
        if (length <= into.length) {
            System.arraycopy(found.value(), 0, into, 0, length);
        }
        return length;
    }

    /**
     * Says that these keys are read next. What the reads will look at is brought to the processor all at once then,
     * while the reads themselves would wait for it one after the other. Changes no answer, and reads no file.
     */
    default void prefetch(List<byte[]> keys) {}

    /**
     * Walks the keys from {@code start} (inclusive) to {@code end} (exclusive).
     *
     * @param start null for the first key
     * @param end null for after the last key; {@code start >= end} gives an empty walk
     * @param reverse whether to walk from the greatest key down
     * @return a cursor placed before its first entry; close it
     */
    StoreCursor scan(byte @Nullable [] start, byte @Nullable [] end, boolean reverse);

    /**
     * Walks several ranges forward, one after the other, in one state; cheaper than a walk for each.
     *
     * @param ranges in the order in which they are walked, each sorted in itself
     * @return a cursor placed before its first entry; close it
     */
    StoreCursor scanAll(List<Range> ranges);

    /**
     * Keys from {@code start} (inclusive) to {@code end} (exclusive); none if {@code start >= end}.
     *
     * @param start not changed by anyone
     * @param end not changed by anyone
     */
    record Range(byte[] start, byte[] end) {}

    /**
     * A stored value.
     *
     * @param value the caller owns the array
     * @param seqno of the commit that wrote it
     * @param expireAt microseconds since the epoch, or {@link FlowRecord#NEVER}
     */
    record StoredValue(byte[] value, long seqno, long expireAt) {}
}
