package io.flowdb.json;

import java.util.List;

/**
 * What one commit did.
 *
 * @param seqno its sequence number; a feed resumes after it with {@link JsonDB#changes(long)}
 * @param changes one for each document
 */
public record CommittedChanges(long seqno, List<DocumentChange> changes) {}
