package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.error.DocumentExistsException;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.Filter;
import io.flowdb.json.IndexSchema;
import io.flowdb.json.JsonTransaction;
import io.flowdb.json.Savepoint;
import io.flowdb.json.StoreSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import tools.jackson.databind.JsonNode;

/** The policies of each store. Immutable. Threads: any. */
final class RowPolicies {

    static final RowPolicies NONE = new RowPolicies(Map.of());

    /** A policy may ask for rows that have policies; more of them within each other are one that asks for itself. */
    private static final int MAX_DEPTH = 16;

    private final Map<String, List<Guard<?>>> byStore;

    /** How many policies the thread is asking, one within the other; absent for none. */
    private final ThreadLocal<Integer> depth = new ThreadLocal<>();

    private RowPolicies(Map<String, List<Guard<?>>> byStore) {
        this.byStore = byStore;
    }

    static RowPolicies of(Iterable<? extends RowPolicy<?>> policies, FlowDbOperations operations) {
        Map<String, List<Guard<?>>> byStore = new HashMap<>();
        for (RowPolicy<?> policy : policies) {
            byStore.computeIfAbsent(operations.storeOf(policy.type()), s -> new ArrayList<>())
                    .add(Guard.of(policy, operations));
        }
        return new RowPolicies(byStore);
    }

    boolean any() {
        return !byStore.isEmpty();
    }

    boolean guards(String store) {
        return byStore.containsKey(store);
    }

    /** The rows of a guarded store to which {@code action} may be done; null if the store is not guarded. */
    @Nullable
    Filter using(String store, RowAction action) {
        return permitted(store, action, Guard::using);
    }

    /** What may be stored in a guarded store by {@code action}; null if the store is not guarded. */
    private @Nullable Filter withCheck(String store, RowAction action) {
        return permitted(store, action, Guard::withCheck);
    }

    private @Nullable Filter permitted(String store, RowAction action, Function<Guard<?>, Filter> of) {
        List<Guard<?>> guards = byStore.get(store);
        if (guards == null) {
            return null;
        }
        Integer before = depth.get();
        int asked = before == null ? 1 : before + 1;
        if (asked > MAX_DEPTH) {
            throw new InvalidDataAccessApiUsageException("The row policies of store '" + store
                    + "' ask for rows that they guard themselves, without an end;"
                    + " read such rows with bypassingRowPolicies(reason)");
        }
        depth.set(asked);
        try {
            List<Filter> permitted = new ArrayList<>();
            for (Guard<?> guard : guards) {
                if (guard.speaksFor(action)) {
                    permitted.add(of.apply(guard));
                }
            }
            return permitted.size() == 1 ? permitted.get(0) : Filter.or(permitted);
        } finally {
            if (before == null) {
                depth.remove();
            } else {
                depth.set(before);
            }
        }
    }

    /**
     * Writes an entity of a guarded store in {@code transaction}: what is overwritten must be permitted before, what is
     * written after. A refused write is taken back, so that the transaction may go on.
     */
    Object write(EntitySave<?> save, JsonTransaction transaction, StoreSchema schema) {
        Savepoint before = transaction.savepoint();
        try {
            boolean existed = save.overwrites(transaction);
            RowAction action = existed ? RowAction.UPDATE : RowAction.INSERT;
            if (existed && !matches(save, transaction, save.key(), using(save.store(), RowAction.READ))) {
                throw save.isConditional() ? save.absent() : denied(save.store()); // as if it were not there
            }
            if (existed) {
                require(save, transaction, save.key(), using(save.store(), RowAction.UPDATE));
            }
            for (IndexSchema index : schema.indexes()) {
                if (index.unique()) {
                    hideOthers(save, transaction, index);
                }
            }
            Object key = writeHidingOthers(save, transaction);
            require(save, transaction, key, withCheck(save.store(), action));
            return key;
        } catch (Throwable e) { // of a policy, perhaps
            if (transaction.isOpen()) {
                transaction.rollbackTo(before);
            }
            throw e;
        } finally {
            if (transaction.isOpen()) {
                transaction.release(before);
            }
        }
    }

    /** A taken key tells nothing if the row that has it may not be seen. */
    private Object writeHidingOthers(EntitySave<?> save, JsonTransaction transaction) {
        try {
            return save.write(transaction);
        } catch (DocumentExistsException e) {
            boolean visible = matches(save, transaction, e.key(), using(save.store(), RowAction.READ));
            throw visible ? e : denied(save.store());
        }
    }

    /** Neither does a taken unique value. The commit would find it, but then no one knows whose it is. */
    private void hideOthers(EntitySave<?> save, JsonTransaction transaction, IndexSchema index) {
        for (Object value : IndexedValues.of(save.document(), index)) {
            for (JsonNode holder : transaction.getByIndex(save.store(), index.name(), value)) {
                JsonNode key = Objects.requireNonNull(EntityOrder.valueAt(holder, save.keyPath()));
                boolean own = JsonValueOrder.EXACT.compare(key, save.key()) == 0;
                if (!own && !matches(save, transaction, key, using(save.store(), RowAction.READ))) {
                    throw denied(save.store());
                }
            }
        }
    }

    private static void require(
            EntitySave<?> save, DocumentOperations operations, Object key, @Nullable Filter permitted) {
        if (!matches(save, operations, key, permitted)) {
            throw denied(save.store());
        }
    }

    private static boolean matches(
            EntitySave<?> save, DocumentOperations operations, Object key, @Nullable Filter permitted) {
        if (permitted == null) {
            return true;
        }
        return !QueryRunner.isNever(permitted)
                && operations
                        .query(save.store())
                        .where(Filter.eq(save.keyPath(), key))
                        .where(permitted)
                        .exists();
    }

    private static PermissionDeniedDataAccessException denied(String store) {
        return new PermissionDeniedDataAccessException(
                "The row policies of store '" + store + "' do not permit this write", new SecurityException(store));
    }

    /**
     * A policy and what it needs. Of a class that shares its store, it speaks for the documents of that class alone.
     */
    private record Guard<T>(RowPolicy<T> policy, Conditions<T> conditions, FlowDbConverter converter) {

        static <T> Guard<T> of(RowPolicy<T> policy, FlowDbOperations operations) {
            return new Guard<>(policy, operations.conditions(policy.type()), operations.getConverter());
        }

        boolean speaksFor(RowAction action) {
            return answered(policy.actions(), "actions()", "an empty set").contains(action);
        }

        Filter using() {
            return ofType(answered(asked(policy::using), "using(rows)", "rows.none()"));
        }

        Filter withCheck() {
            return ofType(answered(asked(policy::withCheck), "withCheck(rows)", "rows.none()"));
        }

        /** What a policy throws without declaring it would commit a transaction of Spring. */
        private @Nullable Filter asked(Function<Conditions<T>, @Nullable Filter> question) {
            try {
                return question.apply(conditions);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new NonTransientDataAccessResourceException(
                        "The row policy " + policy.getClass().getName() + " of "
                                + policy.type().getName() + " has failed: " + e,
                        e);
            }
        }

        /** Null must not be taken for no policy. */
        private <A> A answered(@Nullable A answer, String method, String nothing) {
            if (answer == null) {
                throw new InvalidDataAccessApiUsageException("The row policy "
                        + policy.getClass().getName() + " of "
                        + policy.type().getName() + " returned null from " + method + "; to permit nothing return "
                        + nothing);
            }
            return answer;
        }

        private Filter ofType(Filter permitted) {
            Filter type = EntityAccess.hasType(converter, policy.type());
            return type == null ? permitted : Filter.and(type, permitted);
        }
    }
}
