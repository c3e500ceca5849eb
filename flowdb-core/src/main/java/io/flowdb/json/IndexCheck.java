package io.flowdb.json;

import java.util.List;

/**
 * Outcome of {@link JsonDB#verifyIndexes}.
 *
 * @param documents documents read
 * @param entries index entries read, with the marks of documents that have no value at an index's path
 * @param problems one line for each missing, extra or wrong entry, at most 100
 */
public record IndexCheck(long documents, long entries, List<String> problems) {

    /** Whether every index agrees with the documents, entry for entry. */
    public boolean isClean() {
        return problems.isEmpty();
    }
}
