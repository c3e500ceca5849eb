package io.flowdb.json;

import java.util.List;

/**
 * What one commit did.
 *
 * @param seqno its sequence number; a feed resumes after it with {@link JsonDB#changes(long)}
 * @param changes one for each document
 * @param deletedStores stores that were deleted with all their documents, which {@code changes} does not list. They
 *     come before {@code changes}, which may be of a new store with the same name
 */
public record CommittedChanges(long seqno, List<DocumentChange> changes, List<String> deletedStores) {}
