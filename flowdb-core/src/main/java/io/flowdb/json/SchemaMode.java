package io.flowdb.json;

/** How far {@link JsonDB#applySchemas} may go to make the stored schema equal to the wanted one. */
public enum SchemaMode {
    /** Changes nothing; a difference is a {@link io.flowdb.error.SchemaConflictException}. */
    VALIDATE,
    /** Creates what is missing and leaves what is extra. */
    UPDATE,
    /** Creates what is missing and drops indexes that are not wanted. Stores that are not named stay. */
    SYNC
}
