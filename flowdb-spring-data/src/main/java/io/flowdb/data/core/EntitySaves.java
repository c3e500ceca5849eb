package io.flowdb.data.core;

import io.flowdb.json.DocumentOperations;
import io.flowdb.json.JsonTransaction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.mapping.MappingException;
import org.springframework.util.Assert;

/** Saves of {@link FlowDbTemplate}: one commit each, permitted by row policies. Threads: any. */
final class EntitySaves {

    private final EntityAccess access;
    private final DocumentAccess documents;
    private final EntityWriter writer;

    EntitySaves(EntityAccess access) {
        this.access = access;
        this.documents = access.documents();
        this.writer = access.writer();
    }

    <T> T save(T entity, boolean insert) {
        EntitySave<T> save = prepare(entity, insert);
        Object key = storing(List.of(save), List.of(entity), () -> write(save));
        return writer.saved(complete(save, key, entity), save);
    }

    private Object write(EntitySave<?> save) {
        List<String> stores = List.of(save.store());
        if (access.policies().guards(save.store())) {
            return documents.<Object>atomically(stores, transaction -> writeGuarded(save, transaction));
        }
        return save.isConditional()
                ? documents.<Object>atomically(stores, save::write)
                : documents.<Object>write(save::write, save::detach);
    }

    /** Saves an entity that was read in {@code transaction}. */
    <T> T save(T entity, JsonTransaction transaction) {
        EntitySave<T> save = prepare(entity, false, (type, id) -> true);
        Object key = storing(List.of(save), List.of(entity), () -> write(save, transaction));
        return writer.saved(save.complete(key), save);
    }

    private Object write(EntitySave<?> save, JsonTransaction transaction) {
        return access.policies().guards(save.store()) ? writeGuarded(save, transaction) : save.write(transaction);
    }

    <T> List<T> saveAll(Iterable<? extends T> entities, boolean insert) {
        Assert.notNull(entities, "The entities must not be null");
        List<T> originals = new ArrayList<>();
        List<EntitySave<T>> saves = new ArrayList<>();
        Set<String> stores = new LinkedHashSet<>();
        List<Object> keys = storing(saves, originals, () -> {
            for (T entity : entities) {
                EntitySave<T> save = prepare(entity, insert);
                originals.add(entity);
                saves.add(save);
                stores.add(save.store());
            }
            return saves.isEmpty() ? List.of() : writeMany(saves, stores);
        });
        List<T> stored = new ArrayList<>(saves.size());
        for (int i = 0; i < saves.size(); i++) {
            stored.add(complete(saves.get(i), keys.get(i), originals.get(i)));
        }
        for (int i = 0; i < saves.size(); i++) {
            stored.set(i, writer.saved(stored.get(i), saves.get(i)));
        }
        return stored;
    }

    private <T> T complete(EntitySave<T> save, Object key, T original) {
        T stored = save.complete(key);
        documents.given(save.given(original));
        return stored;
    }

    private <T> List<Object> writeMany(List<EntitySave<T>> saves, Set<String> stores) {
        RowPolicies guards = access.policies();
        if (stores.stream().anyMatch(guards::guards)) {
            return documents.atomically(
                    stores,
                    transaction ->
                            saves.stream().map(save -> write(save, transaction)).toList());
        }
        return saves.stream().anyMatch(EntitySave::isConditional)
                ? documents.atomically(stores, operations -> writeEach(saves, operations))
                : documents.writeAll(
                        stores, operations -> writeEach(saves, operations), () -> saves.forEach(EntitySave::detach));
    }

    private Object writeGuarded(EntitySave<?> save, JsonTransaction transaction) {
        return access.policies().write(save, transaction, documents.schema(save.store()));
    }

    private static <T> List<Object> writeEach(List<EntitySave<T>> saves, DocumentOperations operations) {
        List<Object> keys = new ArrayList<>(saves.size());
        saves.forEach(save -> keys.add(save.write(operations)));
        return keys;
    }

    private <T> EntitySave<T> prepare(T entity, boolean insert) {
        return prepare(
                entity,
                insert,
                (type, id) -> documents.read(
                        ops -> ops.exists(type.getStore(), access.keyOf(type.getRequiredIdProperty(), id))));
    }

    private <T> EntitySave<T> prepare(T entity, boolean insert, EntityWriter.Existence existence) {
        try {
            return writer.prepare(entity, insert, existence);
        } catch (MappingException e) {
            throw new InvalidDataAccessApiUsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Gives the entities back what they came with if they are not written. What comes after that changes nothing. */
    private static <T, R> R storing(List<EntitySave<T>> saves, List<T> originals, Supplier<R> write) {
        try {
            return write.get();
        } catch (RuntimeException | Error e) {
            for (int i = saves.size() - 1; i >= 0; i--) { // one may be there twice
                saves.get(i).undo(originals.get(i));
            }
            throw e;
        }
    }
}
