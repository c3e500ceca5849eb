package io.flowdb.data.core;

import java.util.List;

/**
 * What one commit did to entities of a class.
 *
 * @param seqno its sequence number; a feed resumes after it with {@link FlowDbOperations#changes(Class, long)}
 * @param changes one for each entity, at least one
 * @param <T> the entity
 */
public record EntityCommit<T>(long seqno, List<EntityChange<T>> changes) {}
