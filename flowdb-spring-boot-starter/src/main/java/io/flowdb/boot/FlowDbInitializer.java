package io.flowdb.boot;

import io.flowdb.json.JsonDB;

/**
 * Makes the store ready each time the engine was opened, before anything else uses it: migrations, schema, first data.
 *
 * <p>Every bean of this type is called, in the order of {@link org.springframework.core.annotation.Order}; the schema
 * of the entities is at {@link #SCHEMA_ORDER}. Runs again when a paused application context restarts, so it must be
 * idempotent. Threads: the one that opens; it must not wait for another thread that uses the store. Errors: an
 * exception closes the engine again and stops the start.
 */
@FunctionalInterface
public interface FlowDbInitializer {

    /** Order of the initializer that carries out the {@link io.flowdb.json.Migration} beans. */
    int MIGRATION_ORDER = -1000;

    /** Order of the initializer that creates the stores and indexes of the entities. */
    int SCHEMA_ORDER = 0;

    /** Prepares the database. */
    void initialize(JsonDB database);
}
