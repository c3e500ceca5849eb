package io.flowdb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keys and key ranges that must not have been written since a snapshot. Threads: one; not changed once handed to a
 * commit.
 */
public final class Preconditions {
    /** Nothing to check. */
    public static final Preconditions NONE = new Preconditions(Long.MAX_VALUE);

    private final long sinceSeqno;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<Range> ranges = new ArrayList<>();
    /** Sequence numbers of keys whose writes are known beyond the snapshot, by position. */
    private final Map<Integer, Long> known = new HashMap<>(0);

    private Preconditions(long sinceSeqno) {
        this.sinceSeqno = sinceSeqno;
    }

    /** Starts an empty set for reads made at {@code snapshot}, which must stay open until the commit has returned. */
    public static Preconditions since(StoreReader snapshot) {
        return new Preconditions(Objects.requireNonNull(snapshot, "snapshot").seqno());
    }

    /** Requires that no version of {@code key} was written or deleted. */
    public Preconditions key(byte[] key) {
        checkMutable();
        keys.add(Objects.requireNonNull(key, "key"));
        return this;
    }

    /**
     * Requires that no version of {@code key} was written or deleted after commit {@code sinceSeqno}: later writes than
     * those of the snapshot are known to do no harm. A number below the snapshot's stands for that.
     */
    public Preconditions key(byte[] key, long sinceSeqno) {
        key(key);
        if (sinceSeqno > this.sinceSeqno) {
            known.put(keys.size() - 1, sinceSeqno);
        }
        return this;
    }

    /**
     * Requires that no key from {@code start} (inclusive) to {@code end} (exclusive, null for unbounded) was written or
     * deleted; {@code start >= end} requires nothing.
     */
    public Preconditions range(byte[] start, byte @Nullable [] end) {
        checkMutable();
        ranges.add(new Range(Objects.requireNonNull(start, "start"), end));
        return this;
    }

    /** The snapshot's sequence number. */
    public long sinceSeqno() {
        return sinceSeqno;
    }

    /** The sequence number up to which writes of the key at {@code position} are allowed. */
    public long sinceSeqno(int position) {
        return known.isEmpty() ? sinceSeqno : known.getOrDefault(position, sinceSeqno);
    }

    /** In the order they were added. */
    public List<byte[]> keys() {
        return Collections.unmodifiableList(keys);
    }

    /** In the order they were added. */
    public List<Range> ranges() {
        return Collections.unmodifiableList(ranges);
    }

    /** Whether there is nothing to check. */
    public boolean isEmpty() {
        return keys.isEmpty() && ranges.isEmpty();
    }

    private void checkMutable() {
        if (this == NONE) {
            throw new IllegalStateException(
                    "Preconditions.NONE takes no entries; start with Preconditions.since(snapshot)");
        }
    }

    /**
     * A key range.
     *
     * @param start inclusive
     * @param end exclusive, null for unbounded
     */
    public record Range(byte[] start, byte @Nullable [] end) {}
}
