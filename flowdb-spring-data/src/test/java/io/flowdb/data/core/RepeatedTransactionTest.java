package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.mapping.callback.EntityCallbacks;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A transaction that is made again after a conflict stores what was saved. It stored what the caller, or a callback,
 * had made of it since, while without a conflict the same transaction stored what was saved.
 */
class RepeatedTransactionTest {

    @ObjectStore("notes")
    static class Note {
        @Id
        String id = "n";

        @Nullable
        Object any;

        @Nullable
        ObjectNode body;

        List<ObjectNode> parts = new ArrayList<>();

        static Note saying(String text) {
            Note note = new Note();
            note.say(text);
            return note;
        }

        void say(String text) {
            any = said(any, text);
            body = said(body, text);
            if (parts.isEmpty()) {
                parts.add(said(null, text));
            }
            parts.forEach(part -> part.put("said", text));
        }

        private static ObjectNode said(@Nullable Object before, String text) {
            ObjectNode node = before == null ? JsonNodeFactory.instance.objectNode() : (ObjectNode) before;
            return node.put("said", text);
        }
    }

    @ObjectStore("lines")
    record Line(@Nullable @Id Long id, String text) {}

    private final TestDatabase database = TestDatabase.with(Note.class, Line.class);
    private final FlowDbTemplate template = database.template();
    private final TransactionTemplate transaction =
            new TransactionTemplate(new FlowDbTransactionManager(database.db()));

    @AfterEach
    void close() {
        database.close();
    }

    private void inAConflict(Object other, Runnable saving) {
        transaction.executeWithoutResult(status -> {
            saving.run();
            CompletableFuture.runAsync(() -> template.save(other)).join();
        });
    }

    private void assertStored(String text) {
        String said = "{\"said\":\"" + text + "\"}";
        assertThat(database.db().get("notes", "n"))
                .isEqualTo(JsonMapper.shared()
                        .readTree(
                                "{\"id\":\"n\",\"any\":" + said + ",\"body\":" + said + ",\"parts\":[" + said + "]}"));
    }

    @Test
    void commit_repeated_storesNothingTheEntityBecameAfterItsSave() {
        List<Consumer<Note>> forms = List.of(template::save, note -> template.saveAll(List.of(note)));
        for (Consumer<Note> form : forms) {
            inAConflict(Note.saying("other"), () -> {
                Note note = Note.saying("saved");
                form.accept(note);
                note.say("changed");
            });
            assertStored("saved");
        }
    }

    @Test
    void commit_repeated_storesTheLastOfSeveralSaves() {
        inAConflict(Note.saying("other"), () -> {
            Note note = Note.saying("first");
            template.save(note);
            note.say("last");
            template.save(note);
            note.say("changed");
        });
        assertStored("last");
    }

    /** The callback is given the document to look at; so is the one before the save, which may keep it. */
    @Test
    void commit_repeated_storesNothingACallbackMadeOfTheDocument() {
        List<ObjectNode> given = new ArrayList<>();
        template.setEntityCallbacks(EntityCallbacks.create(
                (BeforeSaveCallback<Line>) (line, document, store) -> {
                    given.add(document);
                    return line;
                },
                (AfterSaveCallback<Line>) (line, document, store) -> {
                    document.put("text", "after");
                    return line;
                }));
        for (boolean many : new boolean[] {false, true}) {
            List<Line> saved = new ArrayList<>();
            inAConflict(new Line(7L, "other"), () -> {
                Line line = new Line(7L, "saved");
                Line counted = new Line(null, "counted");
                saved.addAll(
                        many
                                ? template.saveAll(List.of(line, counted))
                                : List.of(template.save(line), template.save(counted)));
                given.forEach(document -> document.put("text", "kept"));
            });
            for (Line line : saved) {
                String text = line.id() == 7 ? "saved" : "counted";
                assertThat(template.findById(line.id(), Line.class)).isEqualTo(new Line(line.id(), text));
            }
        }
    }
}
