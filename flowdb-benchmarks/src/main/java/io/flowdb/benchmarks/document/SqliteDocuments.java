package io.flowdb.benchmarks.document;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * SQLite: JSON in a text column beside the integer key, indexes on expressions, one connection a thread with prepared
 * statements, WAL journal, {@code synchronous=FULL}. Answers are parsed with Jackson.
 */
final class SqliteDocuments implements DocumentStore {
    private static final int BUSY_MILLIS = 60_000;
    private static final int IMPORT_BATCH = 1_000;
    private static final int CACHE_KIBIBYTES = 512 << 10;
    private static final String EMAIL = "json_extract(doc,'$.email')";
    private static final String CITY = "json_extract(doc,'$.city')";
    private static final String AGE = "json_extract(doc,'$.age')";

    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS users(id INTEGER PRIMARY KEY, doc TEXT NOT NULL)",
            "CREATE UNIQUE INDEX IF NOT EXISTS by_email ON users(" + EMAIL + ")",
            "CREATE INDEX IF NOT EXISTS by_city ON users(" + CITY + ")",
            "CREATE INDEX IF NOT EXISTS by_city_age ON users(" + CITY + "," + AGE + ")",
            "CREATE TABLE IF NOT EXISTS notes(id INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS cities(id INTEGER PRIMARY KEY, doc TEXT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS by_country ON cities(json_extract(doc,'$.country'))",
            "CREATE INDEX IF NOT EXISTS by_country_name ON cities(json_extract(doc,'$.country'),json_extract(doc,'$.name'))");

    private final String url;
    private final Connection first;

    private SqliteDocuments(String url, Connection first) {
        this.url = url;
        this.first = first;
    }

    static SqliteDocuments open(Path dir) throws Exception {
        Files.createDirectories(dir);
        String url = "jdbc:sqlite:" + dir.resolve("documents.db");
        Connection connection = connect(url);
        try (Statement statement = connection.createStatement()) {
            for (String sql : SCHEMA) {
                statement.execute(sql);
            }
        }
        return new SqliteDocuments(url, connection);
    }

    private static Connection connect(String url) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(-CACHE_KIBIBYTES);
        return config.createConnection(url);
    }

    @Override
    public DocumentSession session() throws SQLException {
        return new Session(connect(url));
    }

    @Override
    public long importCities(Path file) throws Exception {
        long count = 0;
        try (Connection connection = connect(url);
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO cities(id,doc) VALUES(json_extract(?1,'$.id'),?1)");
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(file), 1 << 16), StandardCharsets.UTF_8))) {
            connection.setAutoCommit(false);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                insert.setString(1, line);
                insert.executeUpdate();
                if (++count % IMPORT_BATCH == 0) {
                    connection.commit();
                }
            }
            connection.commit();
        }
        return count;
    }

    @Override
    public void settle() throws SQLException {
        try (Statement statement = first.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    @Override
    public void close() throws SQLException {
        first.close();
    }

    private static final class Session implements DocumentSession {
        private static final JsonMapper MAPPER = JsonMapper.shared();

        private final Connection connection;
        private final PreparedStatement put;
        private final PreparedStatement get;
        private final PreparedStatement byEmail;
        private final PreparedStatement byCity;
        private final PreparedStatement byCityAndAge;
        private final PreparedStatement count;
        private final PreparedStatement scan;
        private final PreparedStatement setName;
        private final PreparedStatement insertNote;
        private final PreparedStatement getCity;
        private @Nullable PreparedStatement inCities;
        private int inCitiesSize;

        Session(Connection connection) throws SQLException {
            this.connection = connection;
            put = connection.prepareStatement(
                    "INSERT INTO users(id,doc) VALUES(?,?) ON CONFLICT(id) DO UPDATE SET doc=excluded.doc");
            get = connection.prepareStatement("SELECT doc FROM users WHERE id=?");
            byEmail = connection.prepareStatement("SELECT doc FROM users WHERE " + EMAIL + "=?");
            byCity = connection.prepareStatement("SELECT doc FROM users WHERE " + CITY + "=?");
            byCityAndAge = connection.prepareStatement("SELECT doc FROM users WHERE " + CITY + "=? AND " + AGE
                    + ">=? AND " + AGE + "<? ORDER BY " + AGE + ",id LIMIT ?");
            count = connection.prepareStatement("SELECT count(*) FROM users WHERE " + CITY + "=?");
            scan = connection.prepareStatement("SELECT doc FROM users");
            setName = connection.prepareStatement("UPDATE users SET doc=json_set(doc,'$.name',?) WHERE id=?");
            insertNote = connection.prepareStatement("INSERT INTO notes(doc) VALUES(?) RETURNING id");
            getCity = connection.prepareStatement("SELECT doc FROM cities WHERE id=?");
        }

        @Override
        public void put(ObjectNode user) throws SQLException {
            put.setLong(1, user.get("id").longValue());
            put.setString(2, MAPPER.writeValueAsString(user));
            put.executeUpdate();
        }

        @Override
        public void putAll(List<ObjectNode> users) throws SQLException {
            connection.setAutoCommit(false);
            for (ObjectNode user : users) {
                put(user);
            }
            connection.commit();
            connection.setAutoCommit(true);
        }

        @Override
        public @Nullable Object get(long id) throws SQLException {
            String text = getText(id);
            return text == null ? null : MAPPER.readTree(text);
        }

        @Override
        public @Nullable String getText(long id) throws SQLException {
            get.setLong(1, id);
            return firstText(get);
        }

        @Override
        public @Nullable Object byEmail(String email) throws SQLException {
            byEmail.setString(1, email);
            String text = firstText(byEmail);
            return text == null ? null : MAPPER.readTree(text);
        }

        @Override
        public List<Object> byCity(String city) throws SQLException {
            byCity.setString(1, city);
            return parsed(byCity);
        }

        @Override
        public List<Object> byCityAndAge(String city, int fromAge, int toAge, int limit) throws SQLException {
            byCityAndAge.setString(1, city);
            byCityAndAge.setInt(2, fromAge);
            byCityAndAge.setInt(3, toAge);
            byCityAndAge.setInt(4, limit);
            return parsed(byCityAndAge);
        }

        @Override
        public List<Object> inCities(List<String> cities) throws SQLException {
            if (inCities == null || inCitiesSize != cities.size()) {
                String marks = String.join(",", Collections.nCopies(cities.size(), "?"));
                inCities = connection.prepareStatement("SELECT doc FROM users WHERE " + CITY + " IN (" + marks + ")");
                inCitiesSize = cities.size();
            }
            for (int i = 0; i < cities.size(); i++) {
                inCities.setString(i + 1, cities.get(i));
            }
            return parsed(inCities);
        }

        @Override
        public long countByCity(String city) throws SQLException {
            count.setString(1, city);
            try (ResultSet result = count.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }

        @Override
        public long scan(Visitor visitor) throws SQLException {
            long found = 0;
            try (ResultSet result = scan.executeQuery()) {
                for (; result.next(); found++) {
                    visitor.visit(MAPPER.readTree(result.getString(1)));
                }
            }
            return found;
        }

        @Override
        public void setName(long id, String name) throws SQLException {
            setName.setString(1, name);
            setName.setLong(2, id);
            setName.executeUpdate();
        }

        /** The transaction takes the write lock when it begins, so there is no conflict later. */
        @Override
        public void changeName(long id, NameChange change) throws SQLException {
            connection.setAutoCommit(false);
            get.setLong(1, id);
            String text = firstText(get);
            if (text == null) {
                throw new SQLException("no user " + id);
            }
            ObjectNode user = (ObjectNode) MAPPER.readTree(text);
            user.put("name", change.apply(user.get("name").stringValue()));
            put(user);
            connection.commit();
            connection.setAutoCommit(true);
        }

        @Override
        public long insertNote(ObjectNode note) throws SQLException {
            insertNote.setString(1, MAPPER.writeValueAsString(note));
            try (ResultSet result = insertNote.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }

        @Override
        public @Nullable Object getCity(long id) throws SQLException {
            getCity.setLong(1, id);
            String text = firstText(getCity);
            return text == null ? null : MAPPER.readTree(text);
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
        public void close() throws SQLException {
            connection.close();
        }

        private static @Nullable String firstText(PreparedStatement query) throws SQLException {
            try (ResultSet result = query.executeQuery()) {
                return result.next() ? result.getString(1) : null;
            }
        }

        private static List<Object> parsed(PreparedStatement query) throws SQLException {
            List<Object> documents = new ArrayList<>();
            try (ResultSet result = query.executeQuery()) {
                while (result.next()) {
                    documents.add(MAPPER.readTree(result.getString(1)));
                }
            }
            return documents;
        }
    }
}
