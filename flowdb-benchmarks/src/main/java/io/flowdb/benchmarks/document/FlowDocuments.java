package io.flowdb.benchmarks.document;

import static io.flowdb.json.IndexOption.unique;

import io.flowdb.Config;
import io.flowdb.SyncMode;
import io.flowdb.benchmarks.engine.Compactions;
import io.flowdb.json.Direction;
import io.flowdb.json.DocumentScan;
import io.flowdb.json.ImportOptions;
import io.flowdb.json.JsonDB;
import io.flowdb.json.StoreSchema;
import io.flowdb.json.TransactionMode;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** JsonDB on its own engine; every commit is forced to disk. */
final class FlowDocuments implements DocumentStore {
    private static final String USERS = "users";
    private static final String NOTES = "notes";
    private static final String CITIES = "cities";
    private static final int CACHE_BYTES = 512 << 20;
    private static final int IMPORT_BATCH = 1_000;

    private static final List<StoreSchema> SCHEMA = List.of(
            StoreSchema.of(USERS, "id")
                    .withIndex("by_email", unique(), "email")
                    .withIndex("by_city", "city")
                    .withIndex("by_city_age", "city", "age"),
            StoreSchema.of(NOTES, "id").withAutoIncrement(),
            StoreSchema.of(CITIES, "id")
                    .withIndex("by_country", "country")
                    .withIndex("by_country_name", "country", "name"));

    private final JsonDB db;

    private FlowDocuments(JsonDB db) {
        this.db = db;
    }

    static FlowDocuments open(Path dir) {
        FlowDocuments documents = new FlowDocuments(JsonDB.open(Config.builder()
                .dataDir(dir)
                .walSyncMode(SyncMode.always())
                .blockCacheCapacity(CACHE_BYTES)
                .build()));
        SCHEMA.forEach(documents.db::applyStore);
        return documents;
    }

    @Override
    public DocumentSession session() {
        return new Session();
    }

    @Override
    public long importCities(Path file) throws Exception {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
            return db.importJson(CITIES, in, ImportOptions.DEFAULT.withBatchSize(IMPORT_BATCH))
                    .imported();
        }
    }

    @Override
    public void settle() throws InterruptedException {
        Compactions.awaitIdle(db.engine().orElseThrow());
    }

    @Override
    public void close() {
        db.close();
    }

    private final class Session implements DocumentSession {

        @Override
        public void put(ObjectNode user) {
            db.put(USERS, user);
        }

        @Override
        public void putAll(List<ObjectNode> users) {
            db.putAll(USERS, users);
        }

        @Override
        public @Nullable Object get(long id) {
            return db.get(USERS, id);
        }

        @Override
        public @Nullable String getText(long id) {
            byte[] text = db.getRaw(USERS, id);
            return text == null ? null : new String(text, StandardCharsets.UTF_8);
        }

        @Override
        public @Nullable Object byEmail(String email) {
            List<JsonNode> found = db.getByIndex(USERS, "by_email", email);
            return found.isEmpty() ? null : found.get(0);
        }

        @Override
        public List<Object> byCity(String city) {
            return new ArrayList<>(db.getByIndex(USERS, "by_city", city));
        }

        @Override
        public List<Object> byCityAndAge(String city, int fromAge, int toAge, int limit) {
            return new ArrayList<>(db.query(USERS)
                    .whereEq("city", city)
                    .whereRange("age", fromAge, toAge)
                    .orderBy("age", Direction.ASC)
                    .limit(limit)
                    .collect());
        }

        @Override
        public List<Object> inCities(List<String> cities) {
            return new ArrayList<>(db.query(USERS).whereIn("city", cities).collect());
        }

        @Override
        public long countByCity(String city) {
            return db.query(USERS).whereEq("city", city).count();
        }

        @Override
        public long scan(Visitor visitor) {
            long found = 0;
            try (DocumentScan scan = db.scan(USERS)) {
                for (; scan.hasNext(); found++) {
                    visitor.visit(scan.next().json());
                }
            }
            return found;
        }

        @Override
        public void setName(long id, String name) {
            db.update(USERS, id, user -> withName(user, name));
        }

        private static JsonNode withName(@Nullable JsonNode user, String name) {
            if (user instanceof ObjectNode object) {
                return object.put("name", name);
            }
            throw new IllegalStateException("no user");
        }

        @Override
        public void changeName(long id, NameChange change) {
            db.inTransaction(TransactionMode.READ_WRITE, Set.of(USERS), transaction -> {
                JsonNode user = transaction.get(USERS, id);
                if (user == null) {
                    throw new IllegalStateException("no user " + id);
                }
                return transaction.put(
                        USERS, withName(user, change.apply(user.get("name").stringValue())));
            });
        }

        @Override
        public long insertNote(ObjectNode note) {
            return (Long) db.put(NOTES, note);
        }

        @Override
        public @Nullable Object getCity(long id) {
            return db.get(CITIES, id);
        }

        @Override
        public String text(Object document, String field) {
            return ((JsonNode) document).path(field).asString("");
        }

        @Override
        public long number(Object document, String field) {
            return ((JsonNode) document).path(field).asLong(-1);
        }

        @Override
        public void close() {}
    }
}
