package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Index entries that are changed behind the back of the database: every kind of difference is found and named. */
class IndexVerifierTest {
    private static final int DOCUMENTS = 40;

    private final Engine engine = Engine.open(Config.builder().inMemory(true).build());
    private final JsonDB db = JsonDB.on(engine);

    /** An entry as it is stored. */
    private record Stored(byte[] key, byte[] value) {}

    @BeforeEach
    void fill() {
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("v", "v")
                .withIndex("u", IndexOption.UNIQUE, "u")
                .withIndex("tags", IndexOption.MULTI_ENTRY, "tags"));
        for (int i = 0; i < DOCUMENTS; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i % 5 + ",'u':" + i + ",'tags':['a','t" + i + "']}"));
        }
        db.put("s", json("{'id':'none'}"));
    }

    @AfterEach
    void close() {
        db.close();
        engine.close();
    }

    private List<Stored> entries(String index) {
        Database database = new Database(engine, JsonLimits.DEFAULT, () -> 1);
        database.load();
        IndexDef def = database.catalog().store("s").index(index);
        List<Stored> found = new ArrayList<>();
        try (StoreCursor cursor = engine.latest().scan(def.prefix, def.end, false)) {
            while (cursor.next()) {
                found.add(new Stored(cursor.key(), cursor.value()));
            }
        }
        return found;
    }

    private void change(WriteBatch batch) {
        engine.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
    }

    private void checkProblem(String index, String problem) {
        IndexCheck check = db.verifyIndexes("s");
        assertThat(check.isClean()).isFalse();
        assertThat(check.documents()).isEqualTo(DOCUMENTS + 1);
        assertThat(check.problems()).anyMatch(line -> line.contains(problem) && line.contains(index));
    }

    @Test
    void verify_ofWhatTheDatabaseWrote_isCleanAndCountsAll() {
        IndexCheck check = db.verifyIndexes("s");
        assertThat(check.problems()).isEmpty();
        assertThat(check.documents()).isEqualTo(DOCUMENTS + 1);
        assertThat(check.entries())
                .isEqualTo(entries("v").size()
                        + entries("u").size()
                        + entries("tags").size())
                .isGreaterThan(4 * DOCUMENTS);
    }

    @Test
    void verify_entryIsMissing_saysSo() {
        for (String index : List.of("v", "u", "tags")) {
            Stored entry = entries(index).get(7);
            change(new WriteBatch().delete(entry.key));
            checkProblem("index " + index, "entry is missing");
            change(new WriteBatch().put(entry.key, entry.value));
            assertThat(db.verifyIndexes("s").isClean()).isTrue();
        }
    }

    @Test
    void verify_entryOfNoDocument_isCounted() {
        byte[] key = entries("v").get(3).key.clone();
        key[key.length - 1] ^= 1;
        change(new WriteBatch().put(key, new byte[0]));
        checkProblem("store s", "entries expected, found");
    }

    @Test
    void verify_valueOfAUniqueEntryIsAnotherDocument_saysSo() {
        List<Stored> entries = entries("u");
        change(new WriteBatch()
                .put(entries.get(0).key, entries.get(1).value)
                .put(entries.get(1).key, entries.get(0).value));
        checkProblem("index u", "belongs to another document");
    }

    @Test
    void verify_entryExpiresAndTheDocumentDoesNot_saysSo() {
        Stored entry = entries("v").get(5);
        change(new WriteBatch().put(entry.key, 0, Long.MAX_VALUE - 1, entry.value));
        checkProblem("index v", "entry expires at");
    }
}
