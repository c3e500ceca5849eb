package io.flowdb.boot;

import io.flowdb.error.FlowDbException;
import io.flowdb.json.JsonDB;
import io.flowdb.json.Migration;
import java.util.Comparator;
import java.util.List;
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
        try {
            if (database.migrate(byVersion) > 0) {
                log.info("Migrated the schema from version {} to {}", before, database.schemaVersion());
            }
        } catch (FlowDbException | IllegalArgumentException | IllegalStateException e) {
            throw new MigrationFailedException(before, database.schemaVersion(), e);
        }
    }

    /** A migration could not be carried out. It left nothing behind; those before it stay. */
    static final class MigrationFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MigrationFailedException(int before, int now, RuntimeException cause) {
            super(
                    "Migration of the schema failed at version " + now
                            + (before == now ? "" : " (it was " + before + " before)") + ": " + cause.getMessage(),
                    cause);
        }
    }
}
