package io.flowdb.json;

/** Form of the text that {@link JsonDB#exportJson} writes. */
public enum ExportFormat {
    /** One document a line. */
    NDJSON,
    /** One JSON array. */
    ARRAY
}
