package io.flowdb.json;

import io.flowdb.SalvageReport;
import java.util.List;
import java.util.Map;

/**
 * What {@link JsonDB#salvage} brought over.
 *
 * @param storage of the records below the documents
 * @param documents number of documents by name of the store, sorted
 * @param problems those of {@code storage}, then a line for everything else that is missing or was mended; empty if all
 *     is there
 */
public record JsonSalvageReport(SalvageReport storage, Map<String, Long> documents, List<String> problems) {

    /** Whether the copy holds everything that the database held. */
    public boolean isComplete() {
        return problems.isEmpty();
    }
}
