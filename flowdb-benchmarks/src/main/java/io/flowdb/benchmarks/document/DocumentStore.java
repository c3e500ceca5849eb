package io.flowdb.benchmarks.document;

import java.nio.file.Path;

/**
 * An open document database under test, with the store {@code users} (unique index on email, indexes on city and on
 * city with age), the auto-increment store {@code notes} and the store {@code cities} (indexes on country and on
 * country with name).
 *
 * <p>Threads: any; sessions belong to one thread each. Errors are those of the engine.
 */
public interface DocumentStore extends AutoCloseable {

    /** What the engine can do for the calling thread. */
    DocumentSession session() throws Exception;

    /**
     * Stores every city of an NDJSON file, compressed with gzip, in batches; returns how many.
     */
    long importCities(Path file) throws Exception;

    /** Ends background work and leaves documents and indexes where they lie in the long run. */
    void settle() throws Exception;

    @Override
    void close() throws Exception;
}
