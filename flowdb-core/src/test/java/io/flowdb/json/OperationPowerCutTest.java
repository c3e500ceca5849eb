package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineOnFiles;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.SyncMode;
import io.flowdb.error.ConstraintException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import io.flowdb.testing.TinyFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cuts the power within operations, also those of several commits: schema changes, migrations, deletes of ranges that
 * leave entries behind, beside puts, expiry, flushes and compactions; and again within the reopening that ends or takes
 * back what was begun. What is found afterwards is everything as it was before the operation or everything as it was
 * after it, with every index equal to the documents, exact counts, nothing left of indexes that are gone, and keys that
 * are generated once only.
 *
 * <p>{@code -Dflowdb.test.seed=N} is the first seed, {@code -Dflowdb.test.operations=N} the number of seeds.
 */
class OperationPowerCutTest {
    private static final Path DIRECTORY = Path.of("/data/operations").toAbsolutePath();
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int HISTORIES = Integer.getInteger("flowdb.test.operations", 2);
    private static final int STEPS = 50;
    private static final int KEYS = 200;
    private static final int REOPENINGS = 2;

    private final AtomicLong clock = new AtomicLong(1_700_000_000_000_000L);
    private Random random = new Random();
    /** What was found after each operation. */
    private final List<Map<String, String>> states = new ArrayList<>();

    private final Set<Long> generated = new TreeSet<>();
    /** Batches so small that deletes of ranges leave entries behind. */
    private boolean smallBatches;

    /** One in so many calls to the file system is a power cut. */
    private int odds;

    /** Operations that have ended. */
    private int ended;

    private int checked;
    private int leaving;
    private int refused;

    /**
     * What a power cut has left.
     *
     * @param ended operations that had ended; one more had begun
     * @param generated keys that had been handed out
     */
    private record Cut(FaultyFileSystem files, Loss loss, int ended, long clock, Set<Long> generated) {}

    private Config config() {
        return TinyFiles.in(DIRECTORY, SyncMode.always())
                .clockMicros(clock::get)
                .build();
    }

    private JsonDB open(Engine engine) {
        return smallBatches ? JsonDB.on(new SmallBatches(engine), JsonLimits.DEFAULT, clock::get) : JsonDB.on(engine);
    }

    /** An engine that takes little in one commit. */
    private static final class SmallBatches extends PassThroughStore {
        SmallBatches(Engine engine) {
            super(engine);
        }

        @Override
        public Limits limits() {
            return new Limits(65_535, 1 << 20, 8 << 10);
        }
    }

    @Test
    void powerCut_withinAnyOperation_leavesItWholeOrNotBegun() {
        System.out.println("operations seed " + SEED);
        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            random = new Random(seed);
            smallBatches = (seed & 1) == 0;
            states.clear();
            generated.clear();
            run(seed);
        }
        System.out.printf(
                "%d power cuts, %d of them within a delete that leaves entries; %d operations refused%n",
                checked, leaving, refused);
        assertThat(checked).isGreaterThan(20 * HISTORIES);
        assertThat(refused).as("operations that were refused").isLessThan(HISTORIES * STEPS / 2);
        assertThat(leaving).as("deletes that a cut has left unfinished").isGreaterThanOrEqualTo(HISTORIES / 2);
    }

    private void run(long seed) {
        FaultyFileSystem files = new FaultyFileSystem();
        List<Cut> cuts = new ArrayList<>();
        Random when = new Random(seed);
        ended = 0;
        odds = 30;
        try (Engine engine = EngineOnFiles.open(config(), files)) {
            JsonDB db = open(engine);
            db.createObjectStore(StoreSchema.of("auto", "id").withAutoIncrement());
            states.add(everything(db));
            files.setFault((call, path) -> {
                if (call.isChanging() && when.nextInt(odds) == 0) {
                    cuts.add(cut(files, when));
                }
            });
            for (int i = 0; i < STEPS; i++) {
                operate(db, engine);
                end(db);
            }
            deleteMuch(db);
            files.setFault((call, path) -> {});
        }
        for (Cut cut : cuts) {
            try {
                check(cut, when, REOPENINGS);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + ", operation " + (cut.ended + 1) + ", " + cut.loss + ": " + e, e);
            }
        }
    }

    /** Deletes so much that entries are left behind, if batches are small. */
    private void deleteMuch(JsonDB db) {
        db.createObjectStore(StoreSchema.of("much", "id").withIndex("vt", "v", "text"));
        end(db);
        for (int i = 0; i < 20; i++) {
            db.putAll("much", documents(10));
            end(db);
        }
        odds = 1;
        db.deleteRange("much", KeyRange.lowerBound(KEYS / 10, false));
        end(db);
    }

    private Cut cut(FaultyFileSystem files, Random when) {
        Loss loss = Loss.values()[when.nextInt(Loss.values().length)];
        return new Cut(files.afterPowerCut(loss, when), loss, ended, clock.get(), new TreeSet<>(generated));
    }

    /** An operation has ended, or time has gone on. */
    private void end(JsonDB db) {
        states.add(everything(db));
        ended++;
    }

    /** Everything that is visible, and found to agree. */
    private static Map<String, String> everything(JsonDB db) {
        Map<String, String> found = new TreeMap<>();
        found.put("version", String.valueOf(db.schemaVersion()));
        for (String store : db.storeNames()) {
            StoreSchema schema = db.getStore(store);
            List<String> indexes = schema.indexes().stream()
                    .map(IndexSchema::toString)
                    .sorted()
                    .toList();
            found.put("store " + store, schema.withIndexes(List.of()) + " " + indexes);
            long documents = 0;
            try (DocumentScan scan = db.scan(store)) {
                while (scan.hasNext()) {
                    Document document = scan.next();
                    found.put("document " + store + " " + document.key(), String.valueOf(document.json()));
                    documents++;
                }
            }
            assertThat(db.count(store)).isEqualTo(documents);
            assertThat(db.verifyIndexes(store).problems()).isEmpty();
        }
        return found;
    }

    private ObjectNode document() {
        ObjectNode document = json("{}").put("id", random.nextInt(KEYS)).put("v", random.nextInt(6));
        if (random.nextBoolean()) {
            document.put("u", random.nextInt(2 * KEYS));
        }
        if (random.nextBoolean()) {
            document.putArray("tags").add(random.nextInt(4)).add(random.nextInt(4));
        }
        return document.put("text", "x".repeat(random.nextInt(100)));
    }

    private List<ObjectNode> documents(int count) {
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            documents.add(document());
        }
        return documents;
    }

    private KeyRange range() {
        int from = random.nextInt(KEYS);
        return KeyRange.bound(from, from + KEYS / 2, false, false);
    }

    /** One operation; that it is refused is as good. */
    private void operate(JsonDB db, Engine engine) {
        try {
            int kind = random.nextInt(24);
            List<String> stores = db.storeNames().stream()
                    .filter(name -> !name.equals("auto"))
                    .toList();
            if (stores.isEmpty()) {
                db.createObjectStore(
                        StoreSchema.of("s0", "id").withIndex("v", "v").withMultiEntryIndex("tags", "tags"));
            } else if (kind < 8) {
                changeSchema(db, stores.get(random.nextInt(stores.size())), kind);
            } else {
                write(db, engine, stores.get(random.nextInt(stores.size())), kind);
            }
        } catch (ConstraintException e) {
            refused++;
        }
    }

    private void changeSchema(JsonDB db, String store, int kind) {
        List<IndexSchema> indexes = db.getStore(store).indexes();
        switch (kind) {
            case 0 -> db.createIndex(store, IndexSchema.unique("u", "u"));
            case 1, 2 -> db.createIndex(store, IndexSchema.of("vt" + random.nextInt(3), "v", "text"));
            case 3 -> {
                if (!indexes.isEmpty()) {
                    db.deleteIndex(store, indexes.get(0).name());
                }
            }
            case 4 -> db.deleteObjectStore(store);
            case 5 ->
                db.applySchemas(
                        List.of(
                                StoreSchema.of("s" + random.nextInt(3), "id")
                                        .withIndex("v", "v")
                                        .withIndex("text", "text", "v"),
                                StoreSchema.of("auto", "id").withAutoIncrement().withIndex("v", "v")),
                        SchemaMode.SYNC);
            default -> {
                Migration migration = Migration.of(db.schemaVersion() + 1, "some steps", this::migrate);
                db.migrate(List.of(migration));
            }
        }
    }

    private void migrate(MigrationTransaction migration) {
        for (int i = 0; i < 4; i++) {
            String store = "s" + random.nextInt(3);
            boolean exists = migration.storeNames().contains(store);
            int kind = random.nextInt(5);
            if (!exists) {
                migration.createObjectStore(
                        StoreSchema.of(store, "id").withIndex("v", "v").withUniqueIndex("u", "u"));
            } else if (kind == 0) {
                migration.deleteObjectStore(store);
            } else if (kind == 1 && migration.getStore(store).index("m").isEmpty()) {
                migration.createIndex(store, IndexSchema.of("m", "v", "text"));
            } else if (kind == 2) {
                migration.documents().deleteRange(store, range());
            } else {
                migration.documents().putAll(store, documents(5));
                generated.add((Long) migration.documents().putAuto("auto", json("{'v':1}")));
            }
        }
    }

    private void write(JsonDB db, Engine engine, String store, int kind) {
        switch (kind) {
            case 8 -> engine.flush();
            case 9 -> engine.compact();
            case 10, 11 -> db.deleteRange(store, range());
            case 12 -> generated.add((Long) db.putAuto("auto", json("{'v':2}")));
            case 13 -> {
                long key = 50 + random.nextInt(10 * ended + 1);
                db.put("auto", json("{'v':3}").put("id", key));
                generated.add(key);
            }
            case 14 -> db.put(store, document(), PutOptions.ttl(Duration.ofSeconds(1 + random.nextInt(20))));
            case 15 -> {
                clock.addAndGet(random.nextInt(5_000_000));
                end(db);
                engine.gc();
            }
            case 16 -> db.query(store).whereEq("v", random.nextInt(6)).delete();
            default -> {
                for (int i = 0; i < 4; i++) {
                    db.putAll(store, documents(10));
                    end(db);
                }
            }
        }
    }

    /** Opens what was found, with power cuts on its way, and compares it. */
    private void check(Cut cut, Random when, int reopenings) {
        checked++;
        long now = clock.getAndSet(cut.clock);
        List<Cut> more = new ArrayList<>();
        cut.files.setFault((call, path) -> {
            if (call.isChanging() && when.nextInt(10) < reopenings) {
                Loss loss = Loss.values()[when.nextInt(Loss.values().length)];
                FaultyFileSystem files = cut.files.afterPowerCut(loss, when);
                more.add(new Cut(files, loss, cut.ended, cut.clock, cut.generated));
            }
        });
        try (Engine engine = EngineOnFiles.open(config(), cut.files)) {
            leaving += hasStaleEntries(engine) ? 1 : 0;
            JsonDB db = open(engine);
            Map<String, String> found = everything(db);
            cut.files.setFault((call, path) -> {});
            assertThat(states.subList(cut.ended, cut.ended + 2))
                    .as("before and after")
                    .contains(found);
            assertThat(hasStaleEntries(engine)).isFalse();
            DocumentPowerCutTest.assertNothingLeftBehind(db, engine);
            assertThat(cut.generated).doesNotContain((Long) db.putAuto("auto", json("{'v':4}")));
            db.close();
        }
        clock.set(now);
        more.forEach(each -> check(each, when, reopenings - 1));
    }

    private static boolean hasStaleEntries(Engine engine) {
        StoredValue catalog = engine.latest().get(Catalog.KEY);
        return catalog != null && Catalog.fromBytes(catalog.value()).hasStaleEntries();
    }
}
