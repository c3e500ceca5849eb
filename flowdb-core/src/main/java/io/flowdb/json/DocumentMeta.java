package io.flowdb.json;

import io.flowdb.FlowRecord;
import tools.jackson.databind.JsonNode;

/**
 * A document with what the store knows about it.
 *
 * @param key the primary key, as a Java value
 * @param document the document; the caller's own copy
 * @param seqno sequence number of the commit that wrote it; 0 for a write of the same transaction
 * @param writtenAtMicros when it was written, in microseconds since the epoch
 * @param expireAtMicros when it expires, in microseconds since the epoch, or {@link FlowRecord#NEVER}
 */
public record DocumentMeta(Object key, JsonNode document, long seqno, long writtenAtMicros, long expireAtMicros) {}
