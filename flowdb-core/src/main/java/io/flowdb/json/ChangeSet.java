package io.flowdb.json;

import org.jspecify.annotations.Nullable;

/** Where writes gather until they are committed together: at most one change for each document. Threads: one. */
interface ChangeSet {

    /** The committed state of a document, as of the snapshot of this set. */
    Change.Base base(StoreDef store, byte[] documentKey, JsonLimits limits);

    /** The change that was made to a document already, or null. */
    @Nullable
    Change find(byte[] documentKey);

    /** Adds a change, in place of an earlier one of the same document. */
    void put(Change change);
}
