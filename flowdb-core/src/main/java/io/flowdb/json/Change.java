package io.flowdb.json;

import io.flowdb.StoreReader.StoredValue;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.DocumentCodec.Encoded;
import org.jspecify.annotations.Nullable;

/**
 * What a write makes of one document: its stored state before and the wanted one, each with its index entries.
 * Immutable.
 */
final class Change {
    /** What an operation takes in a batch beside key and value. */
    private static final long OPERATION_BYTES = 32;

    final StoreDef store;
    final byte[] documentKey;
    /** As committed before the write or the transaction, or null. */
    final @Nullable StoredValue before;

    final IndexEntry[] entriesBefore;
    /** The stored bytes afterwards, or null for a deleted document. */
    final byte @Nullable [] after;

    final IndexEntry[] entriesAfter;
    final long expireAt;

    private Change(
            StoreDef store,
            byte[] documentKey,
            Base base,
            byte @Nullable [] after,
            IndexEntry[] entriesAfter,
            long expireAt) {
        this.store = store;
        this.documentKey = documentKey;
        this.before = base.value;
        this.entriesBefore = base.entries;
        this.after = after;
        this.entriesAfter = entriesAfter;
        this.expireAt = expireAt;
    }

    /** The committed state of a document and its entries. */
    record Base(@Nullable StoredValue value, IndexEntry[] entries) {
        /** Reads the state; of the document only what is indexed. */
        static Base of(StoreDef store, byte[] documentKey, @Nullable StoredValue value) {
            IndexEntry[] entries = value == null || store.indexes.isEmpty()
                    ? IndexEntry.NONE
                    : store.storedEntries(DocumentCodec.decode(value.value(), store.indexedProperties), documentKey);
            return new Base(value, entries);
        }
    }

    static Change put(
            StoreDef store, byte[] documentKey, Base base, Encoded document, long expireAt, JsonLimits limits) {
        IndexEntry[] entries = store.entries(document.document(), documentKey, limits);
        return new Change(store, documentKey, base, document.bytes(), entries, expireAt);
    }

    static Change delete(StoreDef store, byte[] documentKey, Base base) {
        return new Change(store, documentKey, base, null, IndexEntry.NONE, 0);
    }

    /** The same change in a store with fewer indexes, or with more that have no entry of the document before. */
    Change in(StoreDef other, JsonLimits limits) {
        IndexEntry[] entries =
                after == null ? IndexEntry.NONE : other.entries(DocumentCodec.decode(after), documentKey, limits);
        return new Change(other, documentKey, base(), after, entries, expireAt);
    }

    Base base() {
        return new Base(before, entriesBefore);
    }

    /** By how much the number of documents changes. */
    int countDelta() {
        return (after == null ? 0 : 1) - (before == null ? 0 : 1);
    }

    /** Whether every entry has to be written again, as it expires at another time. */
    boolean expiryDiffers() {
        return before != null && after != null && before.expireAt() != expireAt;
    }

    /** How many operations it is in a batch, at most. */
    int operations() {
        return 1 + entriesBefore.length + entriesAfter.length;
    }

    /** A bound for what it takes in a batch. */
    long batchBytes() {
        long bytes = OPERATION_BYTES + documentKey.length + (after == null ? 0L : after.length);
        for (IndexEntry entry : entriesBefore) {
            bytes += OPERATION_BYTES + entry.key.length;
        }
        for (IndexEntry entry : entriesAfter) {
            bytes += OPERATION_BYTES + entry.key.length;
        }
        return bytes;
    }

    /** A bound for the memory it takes. */
    long bytes() {
        long bytes = 200L + documentKey.length + (after == null ? 0 : after.length);
        bytes += before == null ? 0 : before.value().length;
        for (IndexEntry entry : entriesBefore) {
            bytes += 80L + entry.key.length;
        }
        for (IndexEntry entry : entriesAfter) {
            bytes += 80L + entry.key.length;
        }
        return bytes;
    }
}
