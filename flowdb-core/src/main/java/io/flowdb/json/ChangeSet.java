package io.flowdb.json;

import io.flowdb.StoreReader.StoredValue;
import org.jspecify.annotations.Nullable;

/** Where writes gather until they are committed together: at most one change for each document. Threads: one. */
interface ChangeSet {

    /** The change that was made to a document already, or null. */
    @Nullable
    Change find(byte[] documentKey);

    /** The committed state of a document that is not changed yet, as of the snapshot of this set. */
    @Nullable
    StoredValue committed(StoreDef store, byte[] documentKey);

    /** Notes that the caller was told the committed state of a document, whether or not it is changed. */
    void observed(byte[] documentKey);

    /**
     * Adds a change.
     *
     * @param earlier the change of the same document that it replaces, see {@link #find}
     */
    void put(Change change, @Nullable Change earlier);
}
