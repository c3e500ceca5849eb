package io.flowdb.json;

import tools.jackson.databind.JsonNode;

/**
 * A document and its primary key.
 *
 * @param key the primary key, as a Java value; see {@link DocumentOperations}
 * @param json the document; the caller's own copy
 */
public record Document(Object key, JsonNode json) {}
