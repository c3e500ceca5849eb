package io.flowdb.data.core;

/** How a query gets at its documents, as far as its conditions and the indexes of the store tell. */
public enum AccessPath {
    /** By conditions on the id. */
    ID,
    /** By an index. */
    INDEX,
    /** By reading the whole store. */
    SCAN
}
