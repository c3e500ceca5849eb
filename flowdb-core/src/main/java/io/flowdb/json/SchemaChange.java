package io.flowdb.json;

import org.jspecify.annotations.Nullable;

/**
 * One difference between the stored and the wanted schema.
 *
 * @param kind what is done about it
 * @param store name of the store
 * @param index name of the index, or null if the store itself is meant
 * @param detail the definition, or for {@link Kind#ALTER_STORE} the attribute with its old and new value
 */
public record SchemaChange(
        Kind kind, String store, @Nullable String index, String detail) {

    /** What a change does. */
    public enum Kind {
        /** A store is created. */
        CREATE_STORE,
        /** The time to live or the auto-increment of a store changes. */
        ALTER_STORE,
        /** A store goes, with its documents and indexes. */
        DELETE_STORE,
        /** An index is built. */
        CREATE_INDEX,
        /** An index goes. */
        DELETE_INDEX
    }
}
