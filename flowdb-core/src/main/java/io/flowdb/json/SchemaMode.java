package io.flowdb.json;

/** How far {@link JsonDB#applySchemas} may go to make the stored schema equal to the wanted one. */
public enum SchemaMode {
    /**
     * Changes nothing; what {@link #UPDATE} would change or refuse is a
     * {@link io.flowdb.error.SchemaConflictException}. Extra indexes and stores pass, as they do there.
     */
    VALIDATE,
    /**
     * Creates what is missing and leaves extra indexes and stores. Time to live and {@code autoIncrement} of a store
     * are parts of its definition: they become those of the wanted one, also if that has none. Another key path, or an
     * index that differs, is a {@link io.flowdb.error.SchemaConflictException}.
     */
    UPDATE,
    /**
     * As {@link #UPDATE}, but drops indexes that are not wanted, and builds those that differ anew. Stores that are not
     * named stay.
     */
    SYNC
}
