package io.flowdb.boot.data;

import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.boot.FlowDbProperties;
import io.flowdb.data.core.StoreSchemas;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.json.JsonDB;
import io.flowdb.json.SchemaChange;
import io.flowdb.json.SchemaMode;
import io.flowdb.json.StoreSchema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;

/**
 * Creates the stores and indexes that the entities declare, in one atomic change, after logging what it will do. A
 * read-only engine is only compared with the entities.
 *
 * <p>Threads: the one that opens the engine. Errors: {@link SchemaFailedException}; nothing was changed.
 */
final class SchemaInitializer implements FlowDbInitializer, Ordered {
    private static final Logger log = LoggerFactory.getLogger(SchemaInitializer.class);

    private final StoreSchemas schemas;
    private final List<Class<?>> ofRepositories;
    private final @Nullable SchemaMode mode;

    /** {@code mode} null does nothing. */
    private SchemaInitializer(StoreSchemas schemas, List<Class<?>> ofRepositories, @Nullable SchemaMode mode) {
        this.schemas = schemas;
        this.ofRepositories = ofRepositories;
        this.mode = mode;
    }

    /** {@code ofRepositories}: entities of the engine's repositories, listed or not. */
    static SchemaInitializer of(StoreSchemas schemas, List<Class<?>> ofRepositories, FlowDbProperties.SchemaMode mode) {
        return new SchemaInitializer(
                schemas,
                ofRepositories,
                mode == FlowDbProperties.SchemaMode.NONE ? null : SchemaMode.valueOf(mode.name()));
    }

    @Override
    public int getOrder() {
        return SCHEMA_ORDER;
    }

    @Override
    public void initialize(JsonDB database) {
        if (mode == null) {
            return;
        }
        boolean readOnly =
                database.engine().map(engine -> engine.config().readOnly()).orElse(false);
        SchemaMode applied = readOnly ? SchemaMode.VALIDATE : mode;
        List<StoreSchema> wanted = schemas.allAnd(ofRepositories);
        try {
            List<SchemaChange> plan = database.planSchemas(wanted, applied);
            Map<String, StoreSchema> byName = wanted.stream().collect(Collectors.toMap(StoreSchema::name, s -> s));
            plan.forEach(change -> log.info("Schema: {}", describe(change, byName)));
            database.applySchemas(wanted, applied);
        } catch (FlowDbException e) {
            if (e instanceof UniqueViolationException duplicates) {
                log.debug("Shared values of index {}: {}", duplicates.index(), duplicates.otherKey());
            }
            throw new SchemaFailedException(e);
        }
    }

    private static String describe(SchemaChange change, Map<String, StoreSchema> wanted) {
        String action = change.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + change.store();
        StoreSchema store = wanted.get(change.store());
        if (change.index() == null) {
            return change.kind() == SchemaChange.Kind.CREATE_STORE && store != null
                    ? action + " with key " + store.keyPath()
                    : action + ": " + change.detail();
        }
        String index = action + "." + change.index();
        return store == null || change.kind() == SchemaChange.Kind.DELETE_INDEX // whose definition was another
                ? index
                : store.index(change.index())
                        .map(i -> index + (i.unique() ? ", unique, on " : " on ") + String.join(", ", i.paths()))
                        .orElse(index);
    }
}
