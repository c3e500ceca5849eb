package io.flowdb.json;

import java.util.List;

/**
 * Outcome of an import.
 *
 * @param imported documents that were stored
 * @param skipped documents that were left out
 * @param problems why, for the first 100 of them, in their order
 */
public record ImportResult(long imported, long skipped, List<Problem> problems) {

    /**
     * A document that was left out.
     *
     * @param line where it begins, from 1
     * @param element which element of an array it is, from 1; 0 for a line
     * @param message what is wrong
     */
    public record Problem(long line, long element, String message) {}
}
