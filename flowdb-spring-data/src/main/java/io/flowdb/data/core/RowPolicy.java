package io.flowdb.data.core;

import io.flowdb.json.Filter;
import java.util.EnumSet;
import java.util.Set;

/**
 * Who may see and change which entities, as a bean. The filters become part of every query of {@link FlowDbTemplate}
 * and of repositories: of finds, counts, existence, pages, deletes and saves alike.
 *
 * <p>Several policies of one store permit what one of them permits. A store that has a policy denies what none permits.
 * A row that may not be read is not there: it is not found, not counted, not deleted. Saving what may not be saved is a
 * {@link org.springframework.dao.PermissionDeniedDataAccessException} that tells nothing of the stored row.
 *
 * <p>The methods are called for each operation, on its thread, so they may ask who is logged in. They may read rows of
 * other stores, of the transaction's state where there is one; of their own only with {@code bypassingRowPolicies}. An
 * exception of theirs, and null, which is one, fails the operation: nothing is read or written.
 *
 * @param <T> the entity
 */
public interface RowPolicy<T> {

    /** The entity whose store is guarded. */
    Class<T> type();

    /** What this policy permits something of; all by default. */
    default Set<RowAction> actions() {
        return EnumSet.allOf(RowAction.class);
    }

    /** The rows that may be read, updated or deleted. */
    Filter using(Conditions<T> rows);

    /** What a row must be after an insert or update; by default the same. */
    default Filter withCheck(Conditions<T> rows) {
        return using(rows);
    }
}
