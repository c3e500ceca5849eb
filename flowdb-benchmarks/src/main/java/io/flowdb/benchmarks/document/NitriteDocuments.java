package io.flowdb.benchmarks.document;

import static org.dizitart.no2.filters.FluentFilter.where;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.dizitart.no2.Nitrite;
import org.dizitart.no2.collection.Document;
import org.dizitart.no2.collection.DocumentCursor;
import org.dizitart.no2.collection.FindOptions;
import org.dizitart.no2.collection.NitriteCollection;
import org.dizitart.no2.collection.NitriteId;
import org.dizitart.no2.collection.UpdateOptions;
import org.dizitart.no2.common.SortOrder;
import org.dizitart.no2.filters.Filter;
import org.dizitart.no2.index.IndexOptions;
import org.dizitart.no2.index.IndexType;
import org.dizitart.no2.mvstore.MVStoreModule;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Nitrite on its MVStore adapter, a commit after every operation; the document's key is its Nitrite id. It keeps documents as
 * maps, not as JSON, and has neither keys that count up nor transactions that notice each other, so it lacks those rows.
 */
final class NitriteDocuments implements DocumentStore {
    private static final int CACHE_MEGABYTES = 128;
    private static final int IMPORT_BATCH = 1_000;

    private final Nitrite database;
    private final NitriteCollection users;
    private final NitriteCollection cities;

    private NitriteDocuments(Nitrite database) {
        this.database = database;
        users = database.getCollection("users");
        cities = database.getCollection("cities");
    }

    static NitriteDocuments open(Path dir) throws Exception {
        Files.createDirectories(dir);
        MVStoreModule module = MVStoreModule.withConfig()
                .filePath(dir.resolve("documents.db").toString())
                .cacheSize(CACHE_MEGABYTES)
                .autoCommit(false)
                .build();
        NitriteDocuments store =
                new NitriteDocuments(Nitrite.builder().loadModule(module).openOrCreate());
        index(store.users, IndexType.UNIQUE, "email");
        index(store.users, IndexType.NON_UNIQUE, "city");
        index(store.users, IndexType.NON_UNIQUE, "city", "age");
        index(store.cities, IndexType.NON_UNIQUE, "country");
        index(store.cities, IndexType.NON_UNIQUE, "country", "name");
        store.database.commit();
        return store;
    }

    private static void index(NitriteCollection collection, String type, String... fields) {
        if (!collection.hasIndex(fields)) {
            collection.createIndex(IndexOptions.indexOptions(type), fields);
        }
    }

    @Override
    public DocumentSession session() {
        return new Session();
    }

    @Override
    public long importCities(Path file) throws Exception {
        long count = 0;
        List<Document> batch = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file), 1 << 16), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                batch.add(document((ObjectNode) JsonMapper.shared().readTree(line)));
                if (++count % IMPORT_BATCH == 0) {
                    insertCities(batch);
                }
            }
            insertCities(batch);
        }
        return count;
    }

    private void insertCities(List<Document> batch) {
        if (!batch.isEmpty()) {
            cities.insert(batch.toArray(Document[]::new));
            database.commit();
            batch.clear();
        }
    }

    private static Document document(ObjectNode node) {
        @SuppressWarnings("unchecked")
        Map<String, Object> fields = JsonMapper.shared().convertValue(node, Map.class);
        Document document = Document.createDocument(fields);
        return document.put("_id", id(node.get("id").longValue()).getIdValue());
    }

    private static NitriteId id(long id) {
        return NitriteId.createId(id);
    }

    @Override
    public void close() {
        database.close();
    }

    private final class Session implements DocumentSession {
        private final UpdateOptions insertIfAbsent = UpdateOptions.updateOptions(true);

        @Override
        public void put(ObjectNode user) {
            users.update(Filter.byId(id(user.get("id").longValue())), document(user), insertIfAbsent);
            database.commit();
        }

        @Override
        public void putAll(List<ObjectNode> batch) {
            users.insert(batch.stream().map(NitriteDocuments::document).toArray(Document[]::new));
            database.commit();
        }

        @Override
        public @Nullable Object get(long id) {
            return users.getById(id(id));
        }

        @Override
        public String getText(long id) {
            throw new UnsupportedOperationException("no JSON text is stored");
        }

        @Override
        public @Nullable Object byEmail(String email) {
            return users.find(where("email").eq(email)).firstOrNull();
        }

        @Override
        public List<Object> byCity(String city) {
            return list(users.find(where("city").eq(city)));
        }

        @Override
        public List<Object> byCityAndAge(String city, int fromAge, int toAge, int limit) {
            Filter filter = Filter.and(
                    where("city").eq(city),
                    where("age").gte(fromAge),
                    where("age").lt(toAge));
            FindOptions options = FindOptions.orderBy("age", SortOrder.Ascending)
                    .thenOrderBy("id", SortOrder.Ascending)
                    .limit(limit);
            return list(users.find(filter, options));
        }

        @Override
        public List<Object> inCities(List<String> names) {
            return list(users.find(where("city").in(names.toArray(String[]::new))));
        }

        @Override
        public long countByCity(String city) {
            return users.find(where("city").eq(city)).size();
        }

        @Override
        public long scan(Visitor visitor) {
            long found = 0;
            for (Document document : users.find()) {
                visitor.visit(document);
                found++;
            }
            return found;
        }

        @Override
        public void setName(long id, String name) {
            users.update(
                    Filter.byId(id(id)), Document.createDocument("name", name), UpdateOptions.updateOptions(false));
            database.commit();
        }

        @Override
        public void changeName(long id, NameChange change) {
            throw new UnsupportedOperationException("no isolated transactions");
        }

        @Override
        public long insertNote(ObjectNode note) {
            throw new UnsupportedOperationException("no keys that count up");
        }

        @Override
        public @Nullable Object getCity(long id) {
            return cities.getById(id(id));
        }

        @Override
        public String text(Object document, String field) {
            return String.valueOf(((Document) document).get(field));
        }

        @Override
        public long number(Object document, String field) {
            return ((Document) document).get(field, Number.class).longValue();
        }

        @Override
        public void close() {}

        private static List<Object> list(DocumentCursor cursor) {
            List<Object> found = new ArrayList<>();
            cursor.forEach(found::add);
            return found;
        }
    }
}
