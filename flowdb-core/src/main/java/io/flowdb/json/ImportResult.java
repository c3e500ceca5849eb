package io.flowdb.json;

import java.util.List;

/**
 * Outcome of an import.
 *
 * @param imported documents that were stored
 * @param skipped documents that were left out
 * @param problems why, for the first 100 of them, by line
 */
public record ImportResult(long imported, long skipped, List<Problem> problems) {

    /**
     * A document that was left out.
     *
     * @param line where it begins, from 1
     * @param message what is wrong
     */
    public record Problem(long line, String message) {}
}
