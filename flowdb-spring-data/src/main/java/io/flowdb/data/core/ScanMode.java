package io.flowdb.data.core;

/** What becomes of a query method that no index serves, so that it reads its whole store. */
public enum ScanMode {
    /** It runs. */
    ALLOW,
    /** It runs; the log says once which index would serve it. */
    WARN,
    /**
     * It throws {@link org.springframework.dao.InvalidDataAccessApiUsageException} that says which index would serve
     * it.
     */
    FAIL
}
