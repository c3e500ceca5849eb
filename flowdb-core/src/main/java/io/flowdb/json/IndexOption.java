package io.flowdb.json;

/** A property of an index, for {@link StoreSchema#withIndex(String, IndexOption, String...)}. */
public enum IndexOption {
    /** Any number of documents may share a value. */
    PLAIN,
    /** At most one document for each value other than null. */
    UNIQUE,
    /** An array gives one entry for each of its distinct elements. */
    MULTI_ENTRY;

    /** {@link #UNIQUE}, to be imported statically. */
    public static IndexOption unique() {
        return UNIQUE;
    }

    /** {@link #MULTI_ENTRY}, to be imported statically. */
    public static IndexOption multiEntry() {
        return MULTI_ENTRY;
    }
}
