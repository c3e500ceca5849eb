package io.flowdb;

import java.util.List;

/**
 * What {@link Engine#verify()} found.
 *
 * @param tables files read
 * @param entries entries in the undamaged ones
 * @param bytes of the undamaged ones
 * @param problems a line for each damaged file, with the offset of its first damage; empty if all is well
 */
public record VerifyReport(int tables, long entries, long bytes, List<String> problems) {

    /** Whether nothing is damaged. */
    public boolean isClean() {
        return problems.isEmpty();
    }
}
