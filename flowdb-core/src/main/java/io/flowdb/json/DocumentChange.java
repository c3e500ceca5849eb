package io.flowdb.json;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a commit did to one document.
 *
 * @param store name of the store
 * @param key the primary key, as a Java value
 * @param before the document before, or null if there was none
 * @param after the document after, or null if it was deleted
 */
public record DocumentChange(
        String store,
        Object key,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {}
