package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.error.LimitExceededException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes that fail, or are changed again, leave nothing behind: in migrations, in transactions, under new limits. */
class UndoneWritesTest {
    private static final String BOOM = "made for the test";

    @TempDir
    Path dir;

    private static ObjectNode document(int id) {
        return JsonNodeFactory.instance.objectNode().put("id", id);
    }

    private static void failAfterGeneratingKeys(MigrationTransaction steps) {
        steps.createObjectStore(StoreSchema.of("auto", "id").withAutoIncrement());
        for (int i = 0; i < 3; i++) {
            steps.documents().put("auto", JsonNodeFactory.instance.objectNode());
        }
        throw new IllegalStateException(BOOM);
    }

    /** The counter of its store stayed, and the next opening took the catalog for lost. */
    @Test
    void failedMigration_thatGeneratedKeys_leavesADatabaseThatOpens() {
        Config config = Config.of(dir);
        try (JsonDB db = JsonDB.open(config)) {
            db.createObjectStore("s", "id");
            db.put("s", document(1));
            assertThatThrownBy(() ->
                            db.migrate(List.of(Migration.of(1, "fails", UndoneWritesTest::failAfterGeneratingKeys))))
                    .hasMessage(BOOM);

            db.createObjectStore(StoreSchema.of("other", "id").withAutoIncrement());
            assertThat(db.put("other", JsonNodeFactory.instance.objectNode())).isEqualTo(1L);
        }
        try (JsonDB db = JsonDB.open(config)) {
            assertThat(db.storeNames()).containsExactlyInAnyOrder("s", "other");
            assertThat(db.count("s")).isOne();
        }
    }

    @Test
    void migration_thatGeneratesKeys_keepsThemOverReopening() {
        Config config = Config.of(dir);
        try (JsonDB db = JsonDB.open(config)) {
            db.migrate(List.of(Migration.of(1, "works", steps -> {
                steps.createObjectStore(StoreSchema.of("auto", "id").withAutoIncrement());
                for (long i = 1; i <= 100; i++) {
                    assertThat(steps.documents().put("auto", JsonNodeFactory.instance.objectNode()))
                            .isEqualTo(i);
                }
            })));
            assertThat(db.put("auto", JsonNodeFactory.instance.objectNode())).isEqualTo(101L);
        }
        try (JsonDB db = JsonDB.open(config)) {
            assertThat(db.put("auto", JsonNodeFactory.instance.objectNode())).isEqualTo(102L);
            assertThat(db.count("auto")).isEqualTo(102);
        }
    }

    /** What was deleted before the limit was met stayed deleted. */
    @Test
    void deletes_thatMeetTheLimitOfATransaction_deleteNothing() {
        JsonLimits limits = JsonLimits.DEFAULT.withMaxTransactionBytes(64 << 10);
        try (JsonDB db = JsonDB.open(Config.builder().inMemory(true).build(), limits)) {
            db.createObjectStore("s", "id");
            for (int i = 0; i < 2000; i++) {
                db.put("s", document(i).put("text", "x".repeat(200)));
            }
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                transaction.delete("s", 7);
                assertThatThrownBy(() -> transaction.query("s").delete()).isInstanceOf(LimitExceededException.class);
                assertThatThrownBy(() -> transaction.deleteRange("s", KeyRange.all()))
                        .isInstanceOf(LimitExceededException.class);
            }
            try (JsonTransaction transaction =
                    db.transaction(TransactionMode.READ_WRITE, Isolation.SNAPSHOT, List.of("s"))) {
                transaction.delete("s", 7);
                assertThatThrownBy(() -> transaction.query("s").delete()).isInstanceOf(LimitExceededException.class);
                assertThatThrownBy(() -> transaction.deleteRange("s", KeyRange.all()))
                        .isInstanceOf(LimitExceededException.class);
                transaction.commit();
            }
            assertThat(db.count("s")).isEqualTo(1999);
        }
    }

    /** It was shown at its old place as well. */
    @Test
    void stream_showsADocumentOfTheTransaction_onlyWhereItIsNow() {
        try (JsonDB db = JsonDB.open(Config.builder().inMemory(true).build())) {
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("a", "a"));
            db.put("s", document(1).put("a", 5));
            db.put("s", document(3).put("a", 4));
            db.put("s", document(4));
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                transaction.put("s", document(2).put("a", 5));
                List<Integer> shown = new ArrayList<>();
                Iterator<JsonNode> rows = transaction.query("s").orderBy("a", Direction.DESC).stream()
                        .iterator();
                shown.add(rows.next().get("id").intValue());
                transaction.put("s", document(2).put("a", 1));
                rows.forEachRemaining(row -> shown.add(row.get("id").intValue()));

                assertThat(shown).containsExactly(1, 3, 2, 4);
            }
        }
    }

    /** An open cursor went on over the entries as they were before. */
    @Test
    void cursorOfAMigration_seesItsWrites_afterAnotherStoreIsDeleted() {
        try (JsonDB db = JsonDB.open(Config.builder().inMemory(true).build())) {
            db.createObjectStore(StoreSchema.of("a", "id").withIndex("v", "v"));
            db.createObjectStore("b", "id");
            for (int i = 1; i <= 3; i++) {
                db.put("a", document(i).put("v", i));
                db.put("b", document(i));
            }
            db.migrate(List.of(Migration.of(1, "walks", steps -> {
                steps.documents().put("b", document(9));
                try (JsonCursor cursor = steps.documents().openCursor("a", "v", KeyRange.all(), CursorDirection.NEXT)) {
                    assertThat(cursor.next()).isTrue();
                    steps.deleteObjectStore("b");
                    steps.documents().delete("a", 2);
                    assertThat(cursor.next()).isTrue();
                    assertThat(Objects.requireNonNull(cursor.value()).get("id").intValue())
                            .isEqualTo(3);
                }
            })));
        }
    }

    /** The entries that go were held to the limits of those that come. */
    @Test
    void documents_withLongerKeysThanTheLimitsOfNow_canBeChangedDeletedAndVerified() {
        Config config = Config.of(dir);
        try (JsonDB db = JsonDB.open(config)) {
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
            for (int i = 1; i <= 6; i++) {
                db.put("s", document(i).put("v", "x".repeat(200)));
            }
        }
        try (JsonDB db = JsonDB.open(config, JsonLimits.DEFAULT.withMaxKeyBytes(64))) {
            assertThat(db.verifyIndexes("s").isClean()).isTrue();
            assertThat(db.delete("s", 1)).isTrue();
            db.patch("s", 2, JsonNodeFactory.instance.objectNode().put("v", 1));
            assertThat(db.deleteRange("s", KeyRange.only(3))).isOne();
            assertThat(db.query("s").whereEq("id", 4).delete()).isOne();
            db.put("s", document(5).put("v", 2));
            assertThatThrownBy(() -> db.put("s", document(6).put("v", "y".repeat(200))))
                    .isInstanceOf(LimitExceededException.class);
            assertThat(db.verifyIndexes("s").isClean()).isTrue();
            assertThat(db.count("s")).isEqualTo(3);
        }
    }
}
