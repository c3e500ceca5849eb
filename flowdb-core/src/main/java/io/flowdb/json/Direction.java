package io.flowdb.json;

/** Order of the results of a query. */
public enum Direction {
    /** Smallest first. */
    ASC,
    /** Greatest first. */
    DESC
}
