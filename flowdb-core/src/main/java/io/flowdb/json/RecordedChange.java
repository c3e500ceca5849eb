package io.flowdb.json;

import io.flowdb.FlowRecord;
import io.flowdb.internal.json.KeyReader;
import org.jspecify.annotations.Nullable;

/**
 * The change of one document, as stored bytes; {@code expireAt} is that of the document after, and is not recorded.
 * Without a key: the deletion of a store.
 */
record RecordedChange(
        String store, byte[] primaryKey, byte @Nullable [] before, byte @Nullable [] after, long expireAt) {

    /** What it takes in memory, about. */
    long bytes() {
        return 100L + primaryKey.length + (before == null ? 0 : before.length) + (after == null ? 0 : after.length);
    }

    static RecordedChange deletionOf(String store) {
        return new RecordedChange(store, new byte[0], null, null, FlowRecord.NEVER);
    }

    static RecordedChange deletionOf(StoreDef store, byte[] documentKey, byte[] document) {
        return new RecordedChange(store.name, store.primaryKey(documentKey), document, null, FlowRecord.NEVER);
    }

    boolean isDeletionOfStore() {
        return primaryKey.length == 0;
    }

    Object key() {
        return KeyReader.decodeKey(primaryKey, 0);
    }
}
