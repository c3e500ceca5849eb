package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.error.SchemaConflictException;
import io.flowdb.json.SchemaChange.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares stored definitions with wanted ones. A pure function of both. */
final class SchemaPlan {
    /** Differences that a message names; more would hide what else it says. */
    private static final int TOLD = 20;

    private SchemaPlan() {}

    /** What has to change; throws {@link SchemaConflictException} for what {@code mode} does not allow. */
    static List<SchemaChange> of(Catalog catalog, Collection<StoreSchema> wanted, SchemaMode mode) {
        Objects.requireNonNull(mode, "mode");
        List<SchemaChange> changes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (StoreSchema schema : new LinkedHashSet<>(Objects.requireNonNull(wanted, "wanted"))) {
            check(names.add(schema.name()), "store", schema.name(), "one definition for each name");
            StoreDef def = catalog.find(schema.name());
            if (def == null) {
                changes.add(new SchemaChange(Kind.CREATE_STORE, schema.name(), null, schema.toString()));
                for (IndexSchema index : schema.indexes()) {
                    changes.add(new SchemaChange(Kind.CREATE_INDEX, schema.name(), index.name(), index.toString()));
                }
            } else {
                addChanges(def.schema, schema, mode, changes);
            }
        }
        if (mode == SchemaMode.VALIDATE && !changes.isEmpty()) {
            throw new SchemaConflictException(changes.get(0).store(), describe(changes));
        }
        return changes;
    }

    /** What would have to be done, in words. */
    private static String describe(List<SchemaChange> changes) {
        List<String> first = new ArrayList<>();
        for (SchemaChange change : changes.subList(0, Math.min(changes.size(), TOLD))) {
            String action = change.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + change.store();
            String index = change.index() == null ? "" : "." + change.index();
            first.add(action + index + (change.kind() == Kind.ALTER_STORE ? " " + change.detail() : ""));
        }
        String more = changes.size() > TOLD ? ", and " + (changes.size() - TOLD) + " more" : "";
        String number = changes.size() == 1 ? "1 difference: " : changes.size() + " differences: ";
        return number + String.join(", ", first) + more;
    }

    private static void addChanges(
            StoreSchema stored, StoreSchema wanted, SchemaMode mode, List<SchemaChange> changes) {
        String store = stored.name();
        if (!stored.keyPath().equals(wanted.keyPath())) {
            throw new SchemaConflictException(
                    store, "keyPath is '" + stored.keyPath() + "', wanted '" + wanted.keyPath() + "'");
        }
        addAlter(store, "autoIncrement", stored.autoIncrement(), wanted.autoIncrement(), changes);
        addAlter(store, "ttl", stored.ttl(), wanted.ttl(), changes);
        for (IndexSchema index : wanted.indexes()) {
            IndexSchema existing = stored.index(index.name()).orElse(null);
            if (existing != null && !existing.equals(index)) {
                if (mode != SchemaMode.SYNC) {
                    throw new SchemaConflictException(
                            store, "index '" + index.name() + "' is " + existing + ", wanted " + index);
                }
                changes.add(new SchemaChange(Kind.DELETE_INDEX, store, index.name(), existing.toString()));
                existing = null;
            }
            if (existing == null) {
                changes.add(new SchemaChange(Kind.CREATE_INDEX, store, index.name(), index.toString()));
            }
        }
        if (mode == SchemaMode.SYNC) {
            for (IndexSchema index : stored.indexes()) {
                if (wanted.index(index.name()).isEmpty()) {
                    changes.add(new SchemaChange(Kind.DELETE_INDEX, store, index.name(), index.toString()));
                }
            }
        }
    }

    private static void addAlter(
            String store,
            String attribute,
            @Nullable Object stored,
            @Nullable Object wanted,
            List<SchemaChange> changes) {
        if (!Objects.equals(stored, wanted)) {
            changes.add(new SchemaChange(Kind.ALTER_STORE, store, null, attribute + ": " + stored + " -> " + wanted));
        }
    }
}
