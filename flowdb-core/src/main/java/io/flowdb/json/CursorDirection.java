package io.flowdb.json;

/** The way a {@link JsonCursor} moves, as in IndexedDB. */
public enum CursorDirection {
    /** Ascending. */
    NEXT,
    /** Ascending, one entry for each distinct key: the one with the lowest primary key. */
    NEXTUNIQUE,
    /** Descending. */
    PREV,
    /** Descending, one entry for each distinct key: the one with the lowest primary key. */
    PREVUNIQUE;

    boolean reverse() {
        return this == PREV || this == PREVUNIQUE;
    }

    boolean unique() {
        return this == NEXTUNIQUE || this == PREVUNIQUE;
    }
}
