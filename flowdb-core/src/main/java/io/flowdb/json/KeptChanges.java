package io.flowdb.json;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of commits that feeds can still read, by sequence number: as many as the retention allows. Those that are
 * recorded in the store below are in memory only as far as a cache has room; records beyond the retention are removed
 * from the store now and then, many at once.
 *
 * <p>Threads: guarded by the lock of {@link ChangeLog}.
 */
final class KeptChanges {
    static final long NO_TICKET = -1;

    /** Changes that are recorded stay in memory up to this size. */
    private static final long CACHE_BYTES = 4L << 20;

    /** Records beyond the retention are removed from the store once they are this fraction of what may be kept. */
    private static final int TRIM_PART = 16;

    private final ChangeRetention retention;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private long keptBytes;

    /** Bytes of the recorded changes in memory. */
    private long cachedBytes;

    /** Of changes that are in memory only. */
    private long unrecordedBytes;

    /** Recorded changes below this sequence number are not in memory. */
    private long cachedFrom;

    /** Everything after this number is kept. */
    private long completeAfter;

    /** Everything up to this number can be given out. */
    private long completeUpTo;

    /** Nothing up to this number is kept, whatever room there is. */
    private long lostUpTo;

    /** Records below this ticket were removed. */
    private long trimmedTo;

    /** Records that are no longer kept and not removed yet, and their bytes. */
    private int trimmable;

    private long trimmableBytes;

    /** Whether a commit that removes records is under way; one at a time, so that the start only moves up. */
    private boolean trimming;

    KeptChanges(ChangeRetention retention) {
        this.retention = retention;
    }

    /** A commit that is kept: its changes in memory, or the ticket of its record, or both. */
    static final class Entry {
        final long seqno;
        final long ticket;
        final long bytes;
        /** Whether it is kept longer than until the next commit. */
        final boolean lasting;

        private @Nullable List<RecordedChange> changes;

        Entry(long seqno, long ticket, long bytes, boolean lasting, @Nullable List<RecordedChange> changes) {
            this.seqno = seqno;
            this.ticket = ticket;
            this.bytes = bytes;
            this.lasting = lasting;
            this.changes = changes;
        }

        /** The changes, or null if they are not in memory. */
        @Nullable
        List<RecordedChange> changes() {
            return changes;
        }
    }

    /** Takes up what is recorded: everything after {@code start}, up to {@code newest}. */
    void load(long start, long newest, List<ChangeRecords.Found> records) {
        completeAfter = start;
        lostUpTo = start;
        completeUpTo = newest;
        for (ChangeRecords.Found found : records) {
            entries.put(found.seqno(), new Entry(found.seqno(), found.ticket(), found.bytes(), true, null));
            keptBytes += found.bytes();
            lostUpTo = found.whole() ? lostUpTo : Math.max(lostUpTo, found.seqno());
        }
        evict();
    }

    /** Nothing is kept up to {@code newest}, and everything after it will be. */
    void startAt(long newest) {
        completeAfter = newest;
        completeUpTo = newest;
    }

    /** Adds the commit that follows all others. {@link #evict} must follow. */
    void add(Entry entry) {
        Entry before = valueOf(entries.lastEntry());
        if (entry.changes == null) {
            lostUpTo = entry.seqno;
        } else if (before != null && !before.lasting) {
            lostUpTo = before.seqno;
        }
        entries.put(entry.seqno, entry);
        keptBytes += entry.bytes;
        cachedBytes += entry.ticket == NO_TICKET || entry.changes == null ? 0 : entry.bytes;
        unrecordedBytes += entry.ticket == NO_TICKET ? entry.bytes : 0;
        completeUpTo = Math.max(completeUpTo, entry.seqno);
    }

    /** Lets go of what is beyond the retention, and takes out of memory what is beyond the cache. */
    void evict() {
        while (!entries.isEmpty()
                && (entries.firstKey() <= lostUpTo
                        || entries.size() > retention.commits()
                        || (isTooMuch() && entries.size() > 1))) {
            Entry oldest = entries.pollFirstEntry().getValue();
            keptBytes -= oldest.bytes;
            unrecordedBytes -= oldest.ticket == NO_TICKET ? oldest.bytes : 0;
            completeAfter = Math.max(completeAfter, oldest.seqno);
            if (oldest.ticket != NO_TICKET) {
                trimmable++;
                trimmableBytes += oldest.bytes;
                uncache(oldest);
            }
        }
        while (cachedBytes > CACHE_BYTES) {
            Map.Entry<Long, Entry> cached = entries.ceilingEntry(cachedFrom);
            if (cached == null || cached.getKey().equals(entries.lastKey())) {
                return;
            }
            cachedFrom = cached.getKey() + 1;
            if (cached.getValue().ticket != NO_TICKET) {
                uncache(cached.getValue());
            }
        }
    }

    private boolean isTooMuch() {
        return keptBytes > retention.bytes() || unrecordedBytes > HeapShare.COMMIT_BYTES;
    }

    private void uncache(Entry entry) {
        if (entry.changes != null) {
            entry.changes = null;
            cachedBytes -= entry.bytes;
        }
    }

    /** Whether enough records are beyond the retention for a commit to remove them, and none that does is under way. */
    boolean isTrimDue() {
        boolean due = trimmable * TRIM_PART >= retention.commits() || trimmableBytes * TRIM_PART >= retention.bytes();
        return due && trimmable > 0 && !trimming;
    }

    /** The removal of the records that are not kept, which lie below {@code ticket}; {@link #endTrim} must follow. */
    ChangeRecords.Trim beginTrim(long ticket) {
        trimming = true;
        long to = ticket;
        for (Entry entry : entries.values()) {
            to = entry.ticket == NO_TICKET ? to : Math.min(to, entry.ticket);
        }
        return new ChangeRecords.Trim(trimmedTo, to, completeAfter, trimmable, trimmableBytes);
    }

    /** Ends a removal; {@code done} tells whether it was committed. */
    void endTrim(ChangeRecords.Trim trim, boolean done) {
        trimming = false;
        if (done) {
            trimmedTo = trim.to();
            trimmable -= trim.count();
            trimmableBytes -= trim.bytes();
        }
    }

    /** The first commit after {@code seqno}, or null if there is none yet. */
    @Nullable
    Entry after(long seqno) {
        return seqno >= completeUpTo ? null : valueOf(entries.higherEntry(seqno));
    }

    /** Everything after this number is kept. */
    long completeAfter() {
        return completeAfter;
    }

    /** Everything up to this number can be given out. */
    long completeUpTo() {
        return completeUpTo;
    }

    private static @Nullable Entry valueOf(Map.@Nullable Entry<Long, Entry> entry) {
        return entry == null ? null : entry.getValue();
    }
}
