package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.error.EngineClosedException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A database that follows another through its reopening. */
class FollowingTest {
    @TempDir
    private Path dir;

    @Test
    void following_reopened_goesOnWithWhatWasStored() {
        AtomicReference<JsonDB> current = new AtomicReference<>(JsonDB.open(Config.of(dir)));
        JsonDB db = JsonDB.following(current::get);
        db.createObjectStore("notes", "id");
        db.createIndex("notes", IndexSchema.of("by_text", "text"));
        db.put("notes", note("1"));
        JsonQuery kept = db.query("notes").whereEq("text", "text of 1");
        assertThat(db.isOpen()).isTrue();

        current.get().close();
        assertThat(db.isOpen()).isFalse();
        assertThatThrownBy(() -> db.get("notes", "1")).isInstanceOf(EngineClosedException.class);

        current.set(JsonDB.open(Config.of(dir)));
        assertThat(db.isOpen()).isTrue();
        assertThat(db.get("notes", "1")).isEqualTo(note("1"));
        assertThat(kept.collect()).containsExactly(note("1"));
        db.inTransaction(TransactionMode.READ_WRITE, List.of("notes"), t -> t.put("notes", note("2")));
        assertThat(current.get().count("notes")).isEqualTo(2);
        assertThat(db.engine()).isEqualTo(current.get().engine());

        db.close();
        assertThat(current.get().isOpen()).as("it is not the follower's").isTrue();
        current.get().close();
    }

    @Test
    void following_transactionAcrossReopening_failsAndWritesNothing() {
        AtomicReference<JsonDB> current = new AtomicReference<>(JsonDB.open(Config.of(dir)));
        JsonDB db = JsonDB.following(current::get);
        db.createObjectStore("notes", "id");
        JsonTransaction begun = db.transaction(TransactionMode.READ_WRITE, "notes");
        begun.put("notes", note("1"));
        current.get().close();
        current.set(JsonDB.open(Config.of(dir)));

        assertThatThrownBy(begun::commit).isInstanceOf(EngineClosedException.class);
        begun.close();
        assertThat(db.count("notes")).isZero();
        current.get().close();
    }

    private static ObjectNode note(String id) {
        return JsonMapper.shared().createObjectNode().put("id", id).put("text", "text of " + id);
    }
}
