package io.flowdb.boot;

import io.flowdb.error.FlowDbException;
import io.flowdb.json.JsonDB;
import io.flowdb.json.Migration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;

/**
 * Carries out the {@link Migration} beans that the store has not seen, by rising version, before the stores of the
 * entities are looked at. Errors: {@link MigrationFailedException}.
 */
final class MigrationInitializer implements FlowDbInitializer, Ordered {
    private static final Logger log = LoggerFactory.getLogger(MigrationInitializer.class);

    private final ObjectProvider<Migration> migrations;

    MigrationInitializer(ObjectProvider<Migration> migrations) {
        this.migrations = migrations;
    }

    @Override
    public int getOrder() {
        return MIGRATION_ORDER;
    }

    @Override
    public void initialize(JsonDB database) {
        List<Migration> byVersion = migrations.stream()
                .sorted(Comparator.comparingInt(Migration::version))
                .toList();
        if (byVersion.isEmpty()) {
            return;
        }
        int before = database.schemaVersion();
        refuseIfReadOnly(database, byVersion, before);
        AtomicReference<@Nullable Migration> begun = new AtomicReference<>();
        try {
            if (database.migrate(noted(byVersion, begun)) > 0) {
                log.info("Migrated the schema from version {} to {}", before, database.schemaVersion());
            }
        } catch (RuntimeException e) {
            throw new MigrationFailedException(describe(begun.get(), before, database.schemaVersion()), e);
        }
    }

    private static void refuseIfReadOnly(JsonDB database, List<Migration> migrations, int version) {
        boolean readOnly =
                database.engine().map(engine -> engine.config().readOnly()).orElse(false);
        List<Integer> pending = migrations.stream()
                .map(Migration::version)
                .filter(each -> each > version)
                .toList();
        if (readOnly && !pending.isEmpty()) {
            throw new MigrationFailedException(version, pending);
        }
    }

    /** The same, but that each says when it begins. */
    private static List<Migration> noted(List<Migration> migrations, AtomicReference<@Nullable Migration> begun) {
        return migrations.stream()
                .map(each -> new Migration(each.version(), each.description(), each.checksum(), transaction -> {
                    begun.set(each);
                    each.steps().accept(transaction);
                }))
                .toList();
    }

    private static String describe(@Nullable Migration begun, int before, int now) {
        String reached = "the schema has version " + now + (before == now ? "" : " (it was " + before + " before)");
        return begun == null || begun.version() <= now
                ? "The migrations were refused, " + reached
                : "Migration " + begun.version() + " (" + begun.description() + ") failed, " + reached;
    }

    /** A migration could not be carried out. It left nothing behind; those before it stay. */
    static final class MigrationFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean readOnly;

        MigrationFailedException(String what, RuntimeException cause) {
            super(what + ": " + (cause instanceof FlowDbException ? cause.getMessage() : cause), cause);
            this.readOnly = false;
        }

        /** Of a database that is only read. */
        MigrationFailedException(int version, List<Integer> pending) {
            super("The schema has version " + version + ", and flowdb.read-only=true forbids to migrate it to "
                    + pending.get(pending.size() - 1));
            this.readOnly = true;
        }

        /** Whether nothing was tried, as the database is only read. */
        boolean isReadOnly() {
            return readOnly;
        }
    }
}
