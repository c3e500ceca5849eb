package io.flowdb.json;

/** Brings a schema to a newer version; see {@link JsonDB#open(io.flowdb.Config, int, Upgrade)}. */
@FunctionalInterface
public interface Upgrade {

    /**
     * Changes definitions and documents. Called again if it was interrupted, by an error or a crash, so it should
     * change nothing but the database.
     *
     * @param fromVersion the version so far, 0 for a new database
     */
    void run(MigrationTransaction transaction, int fromVersion);
}
