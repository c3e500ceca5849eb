package io.flowdb.data.core;

/** What is done to an entity, as a {@link RowPolicy} tells apart. */
public enum RowAction {
    /** It is found, counted or asked for. */
    READ,
    /** It is stored under a new id. */
    INSERT,
    /** It is stored over the one with its id. */
    UPDATE,
    /** It is deleted. */
    DELETE
}
