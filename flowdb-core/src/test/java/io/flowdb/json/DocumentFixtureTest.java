package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.ids;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.BatchContents;
import io.flowdb.Preconditions;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the document layer writes into the store below, commit by commit, is what it always wrote, and what was written
 * is read. A test that fails says that stored databases are no longer read, or that they are no longer written as they
 * were: that needs a new format number and a fixture of its own (docs/format/document-keys.md). Format 1 is without
 * recorded changes, format 2 with them. What is written today is the fixture "ahead"; the other one is from the time
 * when a migration wrote the entries of its indexes, and the documents once more, in its own commit. Keys and values
 * are the same in both.
 *
 * <p>{@code -Dflowdb.test.writeFixture=DIR} writes the fixtures there. A line is an operation, an empty line ends a
 * commit.
 */
class DocumentFixtureTest {
    private static final long NOW = 1_000_000_000_000_000L;
    private static final HexFormat HEX = HexFormat.of();

    private static JsonDB open(MemoryStore store) {
        return JsonDB.on(store, JsonLimits.DEFAULT, () -> NOW);
    }

    /** Writes something of every kind, and returns it as text. */
    private static String write(int format) {
        MemoryStore store = new MemoryStore(() -> NOW);
        StringBuilder text = new StringBuilder();
        store.committed = batch -> text.append(describe(batch)).append('\n');
        JsonDB db = open(store);
        db.createObjectStore(StoreSchema.of("users", "id")
                .withUniqueIndex("email", "email")
                .withIndex("city_age", "address.city", "age")
                .withMultiEntryIndex("tags", "tags"));
        db.createObjectStore(StoreSchema.of("numbered", "n").withAutoIncrement().withTtl(Duration.ofDays(1)));
        if (format == 2) {
            db.changes();
        }
        db.put("users", json("{'id':'u1','email':'a@b','age':1.50,'address':{'city':'Oslo'},'tags':['x','y','x']}"));
        db.put("users", json("{'id':[1,true,'\u00e9'],'email':null,'age':-3,'tags':'x'}"));
        db.put("users", json("{'id':-0.1,'email':'c@d','address':{'city':['Oslo']},'age':1e300}"));
        db.put("users", json("{'id':'u1','email':'c@e','age':2,'tags':[]}"));
        db.putAuto("numbered", json("{'v':'first'}"));
        db.migrate(List.of(Migration.of(1, "an index", m -> {
            m.createIndex("numbered", IndexSchema.of("v", "v"));
            m.documents().putAuto("numbered", json("{'v':'second'}"));
        })));
        db.delete("users", -0.1);
        return text.toString();
    }

    private static String describe(WriteBatch batch) {
        StringBuilder text = new StringBuilder();
        for (BatchContents.Operation operation : BatchContents.of(batch)) {
            text.append(operation.op())
                    .append(' ')
                    .append(HEX.formatHex(operation.key()))
                    .append(" =")
                    .append(HEX.formatHex(operation.value()))
                    .append(' ')
                    .append(operation.expireAt())
                    .append('\n');
        }
        return text.toString();
    }

    private static String fixture(String fixture) throws IOException {
        String name = "/documents-" + fixture + ".txt";
        try (InputStream in = Objects.requireNonNull(DocumentFixtureTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static MemoryStore stored(String text) {
        MemoryStore store = new MemoryStore(() -> NOW);
        for (String commit : text.split("\n\n")) {
            WriteBatch batch = new WriteBatch();
            for (String line : commit.split("\n")) {
                String[] parts = line.split(" ");
                byte[] key = HEX.parseHex(parts[1]);
                byte[] value = HEX.parseHex(parts[2].substring(1));
                switch (parts[0]) {
                    case "PUT" -> batch.put(key, 0, Long.parseLong(parts[3]), value);
                    case "DELETE" -> batch.delete(key);
                    default -> batch.deleteRange(key, value);
                }
            }
            store.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
        }
        return store;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsWritten_isTheFixture(int format) throws IOException {
        String directory = System.getProperty("flowdb.test.writeFixture");
        if (directory != null) {
            Files.writeString(Path.of(directory, "documents-" + format + "-ahead.txt"), write(format));
        }
        assertThat(write(format)).isEqualTo(fixture(format + "-ahead"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "1-ahead", "2-ahead"})
    void fixture_opened_holdsWhatWasWritten(String fixture) throws IOException {
        JsonDB db = open(stored(fixture(fixture)));
        assertThat(db.storeNames()).containsExactly("numbered", "users");
        assertThat(db.schemaVersion()).isEqualTo(1);
        assertThat(db.getAllKeys("users", KeyRange.all(), 9)).containsExactly("u1", List.of(1L, true, "\u00e9"));
        assertThat(db.get("users", "u1")).isEqualTo(json("{'id':'u1','email':'c@e','age':2,'tags':[]}"));
        assertThat(ids(db.getByIndex("users", "email", "c@e"))).containsExactly("u1");
        assertThat(db.getByIndex("users", "tags", "x")).hasSize(1);
        assertThat(db.getByIndex("numbered", "v", "second")).hasSize(1);
        assertThat(db.getWithMeta("numbered", 1).orElseThrow().expireAtMicros()).isEqualTo(NOW + 86_400_000_000L);
        assertThat(db.verifyIndexes("users").problems()).isEmpty();
        assertThat(db.verifyIndexes("numbered").problems()).isEmpty();
        assertThat((Long) db.putAuto("numbered", json("{}"))).isGreaterThan(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "2-ahead"})
    void fixtureOfFormat2_opened_givesTheRecordedChanges(String fixture) throws IOException, InterruptedException {
        JsonDB db = open(stored(fixture(fixture)));
        long start = db.store().latest().get(new byte[] {5}).value()[7];
        List<Object> changes = new ArrayList<>();
        ChangeFeed feed = db.changes(start);
        for (CommittedChanges next = feed.poll(Duration.ZERO); next != null; next = feed.poll(Duration.ZERO)) {
            next.changes().forEach(change -> changes.add(change.key() + (change.after() == null ? " deleted" : "")));
        }
        assertThat(changes.remove("1")).isTrue();
        assertThat(changes.remove("1")).as("written once more for an index").isEqualTo(fixture.equals("2"));
        assertThat(changes).containsExactly("u1", "[1, true, \u00e9]", "-0.1", "u1", "2", "-0.1 deleted");
    }
}
