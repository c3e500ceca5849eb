package io.flowdb.json;

import io.flowdb.StoreSnapshot;

/**
 * A snapshot and the catalog that belongs to it. Close it.
 *
 * @param snapshot one committed state
 * @param catalog the schema of this state
 * @param view reads it
 */
record Session(StoreSnapshot snapshot, Catalog catalog, StoreView view) implements AutoCloseable {

    @Override
    public void close() {
        snapshot.close();
    }
}
