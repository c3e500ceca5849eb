package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.json.Filter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.transaction.support.TransactionTemplate;

/** Ways around policies that are none: where they fail, where a condition fails, where they permit a part only. */
class RowPolicyEdgesTest {

    @ObjectStore("notes")
    record Note(@Id String id, String owner, String text) {}

    interface Notes extends FlowDbRepository<Note, String> {
        boolean existsByTextRegex(String regex);

        long deleteByTextRegex(String regex);
    }

    /** Own rows, for some actions. */
    private static class Own implements RowPolicy<Note> {
        private final Set<RowAction> actions;

        Own(RowAction... actions) {
            this.actions = Set.of(actions);
        }

        @Override
        public Class<Note> type() {
            return Note.class;
        }

        @Override
        public Set<RowAction> actions() {
            return actions;
        }

        @Override
        public Filter using(Conditions<Note> rows) {
            return rows.eq("owner", "ann");
        }
    }

    private final TestDatabase database = TestDatabase.with(Note.class);
    private final FlowDbTemplate template = database.template();
    private final Notes notes = database.repository(Notes.class);
    private final TransactionTemplate transaction =
            new TransactionTemplate(new FlowDbTransactionManager(database.db()));
    private final Note hidden = new Note("b1", "bob", "a".repeat(80) + "b");

    @BeforeEach
    void store() {
        template.insertAll(List.of(new Note("a1", "ann", "mine"), hidden));
        template.setRowPolicies(List.of(new Own(RowAction.values())));
    }

    @AfterEach
    void hiddenIsUnchanged() {
        assertThat(template.bypassingRowPolicies("check").findById("b1", Note.class))
                .isEqualTo(hidden);
        database.close();
    }

    /** A condition that takes too long for a text told whether there is such a text among the hidden ones. */
    @Test
    void condition_thatFailsForAHiddenRow_doesNotFail() {
        String endless = "^a(" + ".?".repeat(28) + "){9}(" + ".?".repeat(8) + "){9}\\u0001";
        assertThatThrownBy(() -> template.bypassingRowPolicies("test")
                        .exists(
                                FlowDbQuery.where(
                                        template.conditions(Note.class).regex("text", endless, false)),
                                Note.class))
                .hasMessageContaining("steps");

        assertThat(notes.existsByTextRegex(endless)).isFalse();
        assertThat(notes.deleteByTextRegex(endless)).isZero();
    }

    /** What a policy throws without declaring it committed the write that it had been asked about. */
    @Test
    void policy_thatThrowsACheckedException_permitsNothing() {
        AtomicBoolean fails = new AtomicBoolean();
        template.setRowPolicies(List.of(new Own(RowAction.values()) {
            @Override
            public Filter withCheck(Conditions<Note> rows) {
                if (fails.get()) {
                    throw RowPolicyEdgesTest.<RuntimeException>undeclared(new IOException("no answer"));
                }
                return rows.eq("owner", "ann");
            }
        }));
        fails.set(true);
        List<Runnable> writes = List.of(
                () -> notes.save(new Note("new", "bob", "x")),
                () -> notes.save(new Note("a1", "bob", "given away")),
                () -> notes.saveAll(List.of(new Note("new", "ann", "x"), new Note("a1", "bob", "x"))));
        for (Runnable write : writes) {
            assertThatThrownBy(write::run)
                    .isInstanceOf(NonTransientDataAccessResourceException.class)
                    .hasRootCauseMessage("no answer");
            transaction.executeWithoutResult(status ->
                    assertThatThrownBy(write::run).isInstanceOf(NonTransientDataAccessResourceException.class));
        }
        assertThat(template.bypassingRowPolicies("check").find(FlowDbQuery.all(), Note.class))
                .containsExactly(new Note("a1", "ann", "mine"), hidden);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> E undeclared(Exception e) throws E {
        throw (E) e;
    }

    /** Who may update every row, but reads his own only, replaced one that he could not see. */
    @Test
    void save_overARowThatMayNotBeRead_isDenied() {
        template.setRowPolicies(
                List.of(new Own(RowAction.READ, RowAction.INSERT, RowAction.DELETE), new Own(RowAction.UPDATE) {
                    @Override
                    public Filter using(Conditions<Note> rows) {
                        return rows.all();
                    }
                }));

        assertThatThrownBy(() -> notes.save(new Note("b1", "ann", "taken")))
                .isInstanceOf(PermissionDeniedDataAccessException.class);
        notes.save(new Note("a1", "ann", "changed"));
        assertThat(notes.findById("a1")).map(Note::text).hasValue("changed");
    }

    /** Others who write all the time kept the caller for as long as they did. */
    @Test
    @Timeout(60)
    void poll_besideHiddenCommits_endsInTime() throws Exception {
        EntityChanges<Note> changes = template.changes(Note.class);
        FlowDbOperations all = template.bypassingRowPolicies("test");
        AtomicBoolean stop = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (int i = 0; !stop.get(); i++) {
                all.save(new Note("h" + i % 10, "bob", "x"));
                LockSupport.parkNanos(100_000); // what the feed keeps is bounded
            }
        });
        writer.start();
        try {
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                assertThat(changes.poll(Duration.ofMillis(20))).isNull();
                assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
            }
        } finally {
            stop.set(true);
            writer.join();
        }
        notes.save(new Note("own", "ann", "x"));
        List<String> seen = new ArrayList<>();
        for (EntityCommit<Note> commit = changes.poll(Duration.ZERO);
                commit != null;
                commit = changes.poll(Duration.ZERO)) {
            commit.changes().forEach(change -> seen.add(change.after().id()));
        }
        assertThat(seen).containsExactly("own");
    }
}
