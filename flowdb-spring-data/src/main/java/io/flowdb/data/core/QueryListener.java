package io.flowdb.data.core;

/**
 * Is told of each query of a {@link FlowDbTemplate} and its repositories that has ended without an exception. Reads by
 * id, queries of which is known that they find nothing, and streams, which are as slow as who reads them, are left out.
 * Threads: any, that of the query.
 */
@FunctionalInterface
public interface QueryListener {

    /**
     * {@code nanos} is the time from the begin of the query until its documents were there; entities are made of them
     * later.
     */
    void queried(String store, AccessPath path, long nanos);
}
