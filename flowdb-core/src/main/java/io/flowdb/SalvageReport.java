package io.flowdb;

import java.util.List;

/**
 * What {@link Engine#salvage} brought over.
 *
 * @param tables files brought over, whole or in part
 * @param damagedTables of them and of those that nothing was left of
 * @param entries stored entries in the tables brought over, deletes and older versions included
 * @param logOperations operations of the log that no table had
 * @param problems a line for each damage, and for what is missing as far as that is known; empty if all is there, but
 *     for what a crash may have torn at the very end of the log
 */
public record SalvageReport(int tables, int damagedTables, long entries, long logOperations, List<String> problems) {

    /** Whether the copy holds everything that the database held: there are no {@link #problems()}. */
    public boolean isComplete() {
        return problems.isEmpty();
    }
}
