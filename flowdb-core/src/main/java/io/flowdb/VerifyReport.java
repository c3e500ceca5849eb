package io.flowdb;

import java.util.List;

/**
 * What {@link Engine#verify()} found.
 *
 * @param tables files read
 * @param entries entries in the undamaged ones
 * @param bytes of the undamaged ones
 * @param logBytes of the log, 0 if it is damaged or was not read
 * @param problems a line for each damaged table, for the log and for the manifest, with file and offset of the first
 *     damage; empty if all is well
 */
public record VerifyReport(int tables, long entries, long bytes, long logBytes, List<String> problems) {

    /** Whether nothing is damaged. */
    public boolean isClean() {
        return problems.isEmpty();
    }
}
