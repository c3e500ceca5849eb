package io.flowdb.benchmarks.document;

import static org.dizitart.no2.filters.FluentFilter.where;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
 * Nitrite on its MVStore adapter, a commit after every operation; the document's key is its Nitrite id. It keeps
 * documents as maps, not as JSON, and has neither keys that count up nor transactions that notice each other, so it
 * lacks those rows.
 *
 * <p>A commit of MVStore writes the file and forces nothing to disk, and Nitrite has no setting that would. So that a
 * commit means the same here as in the other databases, the file is forced after each, through a second channel of the
 * same file.
 */
final class NitriteDocuments implements DocumentStore {
    private static final int CACHE_MEGABYTES = 512;
    private static final int IMPORT_BATCH = 1_000;

    private final Nitrite database;
    private final NitriteCollection users;
    private final NitriteCollection cities;
    private final FileChannel file;

    private NitriteDocuments(Nitrite database, FileChannel file) {
        this.database = database;
        this.file = file;
        users = database.getCollection("users");
        cities = database.getCollection("cities");
    }

    static NitriteDocuments open(Path dir) throws Exception {
        Files.createDirectories(dir);
        Path path = dir.resolve("documents.db");
        MVStoreModule module = MVStoreModule.withConfig()
                .filePath(path.toString())
                .cacheSize(CACHE_MEGABYTES)
                .autoCommit(false)
                .build();
        Nitrite database = Nitrite.builder().loadModule(module).openOrCreate();
        NitriteDocuments store = new NitriteDocuments(database, FileChannel.open(path, StandardOpenOption.WRITE));
        index(store.users, IndexType.UNIQUE, "email");
        index(store.users, IndexType.NON_UNIQUE, "city");
        index(store.users, IndexType.NON_UNIQUE, "city", "age");
        index(store.cities, IndexType.NON_UNIQUE, "country");
        index(store.cities, IndexType.NON_UNIQUE, "country", "name");
        store.commit();
        return store;
    }

    private void commit() throws IOException {
        database.commit();
        file.force(false);
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

    private void insertCities(List<Document> batch) throws IOException {
        if (!batch.isEmpty()) {
            cities.insert(batch.toArray(Document[]::new));
            commit();
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

    /** Each commit leaves everything in place. */
    @Override
    public void settle() {}

    @Override
    public void close() throws IOException {
        file.close();
        database.close();
    }

    private final class Session implements DocumentSession {
        private final UpdateOptions insertIfAbsent = UpdateOptions.updateOptions(true);

        @Override
        public void put(ObjectNode user) throws IOException {
            users.update(Filter.byId(id(user.get("id").longValue())), document(user), insertIfAbsent);
            commit();
        }

        @Override
        public void putAll(List<ObjectNode> batch) throws IOException {
            users.insert(batch.stream().map(NitriteDocuments::document).toArray(Document[]::new));
            commit();
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
        public void setName(long id, String name) throws IOException {
            users.update(
                    Filter.byId(id(id)), Document.createDocument("name", name), UpdateOptions.updateOptions(false));
            commit();
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
