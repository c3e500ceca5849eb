package io.flowdb.json;

import io.flowdb.error.SchemaConflictException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Carries out migrations, one at a time and each once. Threads: any; other writers wait while a migration runs. */
final class Migrator {
    private static final String RECORD = "migrations";

    private final Database database;
    private final SchemaChanger changer;

    Migrator(Database database) {
        this.database = database;
        this.changer = new SchemaChanger(database);
    }

    /** Returns how many were carried out. */
    int run(List<Migration> migrations) {
        Objects.requireNonNull(migrations, "migrations");
        database.lockSchema();
        try {
            checkOrder(migrations);
            checkApplied(migrations);
            int done = 0;
            for (Migration migration : migrations) {
                if (migration.version() > database.catalog().version()) {
                    begin(migration);
                    done++;
                }
            }
            return done;
        } finally {
            database.schemaLock.unlock();
        }
    }

    /** Brings the schema to {@code version} in one step, unless it has it. */
    void upgrade(int version, Upgrade upgrade) {
        database.lockSchema();
        try {
            int from = database.catalog().version();
            if (from > version) {
                throw new SchemaConflictException(
                        RECORD, "the schema has version " + from + ", wanted is the older version " + version);
            }
            if (from < version) {
                Migration step = Migration.of(version, "upgrade", transaction -> upgrade.run(transaction, from));
                begin(step);
            }
        } finally {
            database.schemaLock.unlock();
        }
    }

    private static void checkOrder(List<Migration> migrations) {
        for (int i = 1; i < migrations.size(); i++) {
            if (migrations.get(i).version() <= migrations.get(i - 1).version()) {
                throw new IllegalArgumentException("migration versions = "
                        + migrations.stream().map(Migration::version).toList() + " (allowed: ascending)");
            }
        }
    }

    /** Refuses migrations that differ from what was carried out, and those that would come too late. */
    private void checkApplied(List<Migration> migrations) {
        Catalog catalog = database.catalog();
        Map<Integer, Catalog.AppliedMigration> done = new HashMap<>();
        catalog.migrations.forEach(applied -> done.put(applied.version(), applied));
        for (Migration migration : migrations) {
            Catalog.AppliedMigration applied = done.get(migration.version());
            if (applied != null && !migration.checksum().equals(applied.checksum())) {
                throw new SchemaConflictException(
                        RECORD,
                        "version " + applied.version() + " was carried out with checksum " + applied.checksum()
                                + ", now it has " + migration.checksum());
            }
            if (applied == null && migration.version() < catalog.version()) {
                throw new SchemaConflictException(
                        RECORD,
                        "version " + migration.version() + " was never carried out, and the schema has version "
                                + catalog.version() + " (allowed: versions above it)");
            }
        }
    }

    private void begin(Migration migration) {
        changer.removeUnfinished();
        database.exclusively(() -> carryOut(migration));
    }

    private void carryOut(Migration migration) {
        try (Session session = database.openExclusively()) {
            MigrationTransaction transaction = new MigrationTransaction(database, session);
            try {
                migration.steps().accept(transaction);
                Catalog.AppliedMigration done = new Catalog.AppliedMigration(
                        migration.version(), migration.description(), migration.checksum());
                for (int failures = 0; !transaction.commit(done); failures++) {
                    Database.pause(failures); // a key was generated meanwhile
                }
            } finally {
                transaction.close();
            }
            transaction.droppedStores().forEach(database.counters::forget);
            transaction.droppedStores().forEach(database.counts::deleted);
        } catch (RuntimeException | Error e) {
            database.counters.forgetUnpublished();
            changer.takeBack(e);
            throw e;
        }
    }
}
