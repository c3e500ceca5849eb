package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.DocumentExistsException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.MissingKeyException;
import io.flowdb.error.UniqueViolationException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keys that are generated in documents of the caller. A put that failed left them there, so the document looked stored,
 * and a second try put it under a key that nobody had seen.
 */
class PutsTest {
    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);

    @BeforeEach
    void create() {
        db.createObjectStore(StoreSchema.of("s", "meta.id").withAutoIncrement().withUniqueIndex("by_u", "u"));
        db.put("s", json("{'meta':{'id':1},'u':'taken'}"));
    }

    /** Each call that puts, outside and inside a transaction. */
    private void inBoth(Consumer<DocumentOperations> body) {
        body.accept(db);
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            body.accept(t);
        }
    }

    private static List<ObjectNode> keyless() {
        return List.of(
                json("{'u':'v'}"),
                json("{'a':1,'meta':null,'u':'v'}"),
                json("{'meta':{},'u':'v'}"),
                json("{'meta':{'id':null,'more':1},'u':'v'}"));
    }

    private static void assertUnchanged(
            Class<? extends FlowDbException> error, ObjectNode document, Consumer<ObjectNode> call) {
        String before = document.toString();
        assertThatThrownBy(() -> call.accept(document)).isInstanceOf(error);
        assertThat(document).hasToString(before);
    }

    @Test
    void put_thatFails_leavesTheDocumentAsItWas() {
        String tooLong = "x".repeat(17 << 20);
        inBoth(operations -> {
            for (ObjectNode document : keyless()) {
                document.put("text", tooLong);
                assertUnchanged(LimitExceededException.class, document, d -> operations.put("s", d));
                assertUnchanged(LimitExceededException.class, document, d -> operations.add("s", d));
                assertUnchanged(LimitExceededException.class, document, d -> operations.putAuto("s", d));
            }
            assertUnchanged(
                    LimitExceededException.class,
                    json("{'meta':{'id':7,'more':1}}").put("text", tooLong),
                    d -> operations.putAuto("s", d));
            assertUnchanged(MissingKeyException.class, json("{'meta':[]}"), d -> operations.putAuto("s", d));
            assertUnchanged(DocumentExistsException.class, json("{'meta':{'id':1}}"), d -> operations.add("s", d));
        });
    }

    @Test
    void put_ofATakenValue_leavesTheDocumentAsItWas() {
        for (ObjectNode document : keyless()) {
            document.put("u", "taken");
            assertUnchanged(UniqueViolationException.class, document, d -> db.put("s", d));
            assertUnchanged(UniqueViolationException.class, document, d -> db.add("s", d));
            assertUnchanged(UniqueViolationException.class, document, d -> db.putAuto("s", d));
        }
        ObjectNode document = json("{'u':'taken'}");
        assertThatThrownBy(() -> db.put("s", document)).isInstanceOf(UniqueViolationException.class);
        Object key = db.put("s", document.put("u", "free"));
        assertThat(document.at("/meta/id").longValue()).isEqualTo(key);
        assertThat(db.get("s", key)).isEqualTo(document);
    }

    @Test
    void putAll_thatFails_leavesAllDocumentsAsTheyWere() {
        inBoth(operations -> {
            List<ObjectNode> documents = new ArrayList<>(keyless());
            documents.forEach(document -> document.remove("u"));
            documents.add(json("{'meta':{'id':{}}}"));
            String before = documents.toString();
            assertThatThrownBy(() -> operations.putAll("s", documents)).isInstanceOf(FlowDbException.class);
            assertThat(documents).hasToString(before);

            documents.remove(documents.size() - 1);
            List<Object> keys = operations.putAll("s", documents);
            assertThat(documents)
                    .extracting(document -> (Object) document.at("/meta/id").longValue())
                    .isEqualTo(keys)
                    .doesNotHaveDuplicates();
        });
        assertThat(db.count("s")).isEqualTo(5);
    }

    /** It was two documents outside a transaction and one inside. */
    @Test
    void putAll_ofOneDocumentTwice_storesTwo() {
        BiConsumer<DocumentOperations, ObjectNode> twice = (operations, document) -> {
            List<Object> keys = operations.putAll("s", List.of(document, document));
            assertThat(keys).doesNotHaveDuplicates();
            assertThat(operations.get("s", keys.get(0)).at("/meta/id").longValue())
                    .isEqualTo(keys.get(0));
            assertThat(operations.get("s", keys.get(1)).at("/meta/id").longValue())
                    .isEqualTo(keys.get(1));
        };
        inBoth(operations -> twice.accept(operations, json("{'v':1}")));
    }

    /** A conflict inside is none of the caller's business: the document has the key under which it was stored. */
    @Test
    void put_thatIsTriedAgain_setsTheKeyOfTheStoredDocument() {
        int[] attempts = {0};
        store.beforeCommit = () -> {
            if (attempts[0]++ == 1) { // the first is that of the counter
                Runnable hook = store.beforeCommit;
                store.beforeCommit = () -> {};
                db.put("s", json("{'meta':{'id':33},'u':'v'}"));
                db.delete("s", 33);
                store.beforeCommit = hook;
            }
        };
        ObjectNode document = json("{'u':'v'}");
        Object key = db.put("s", document);
        assertThat(attempts[0]).isGreaterThan(2);
        assertThat(document.at("/meta/id").longValue()).isEqualTo(key);
        assertThat(db.getByIndex("s", "by_u", "v")).isEqualTo(List.of(document));
    }
}
