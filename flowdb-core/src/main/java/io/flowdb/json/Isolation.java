package io.flowdb.json;

/** What a commit checks. */
public enum Isolation {
    /**
     * Nothing that was read may have changed, keys, absent keys and ranges alike: no lost update, no write skew, no
     * phantom.
     */
    SERIALIZABLE,
    /** Nothing that was written may have changed: no lost update, but write skew is possible. */
    SNAPSHOT
}
