package io.flowdb;

import java.util.List;

/**
 * What {@link Engine#salvage} brought over.
 *
 * @param tables files brought over, whole or in part
 * @param damagedTables of them and of those that nothing was left of
 * @param entries stored entries in the tables brought over, deletes and older versions included
 * @param logOperations operations of the log that no table had
 * @param problems a line for each damage, with what is missing for it as far as that is known; empty if all is there
 */
public record SalvageReport(int tables, int damagedTables, long entries, long logOperations, List<String> problems) {

    /** Whether the copy holds everything that the database held. */
    public boolean isComplete() {
        return problems.isEmpty();
    }
}
