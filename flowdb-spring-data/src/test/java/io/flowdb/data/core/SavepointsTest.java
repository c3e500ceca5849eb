package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionUsageException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Savepoints of Spring, and {@code NESTED}, which is made of them: beside a roll-back that is asked for, and late. */
class SavepointsTest {

    @ObjectStore("pages")
    record Page(@Id String id) {}

    private final TestDatabase database = TestDatabase.with(Page.class);
    private final FlowDbTemplate template = database.template();
    private final FlowDbTransactionManager manager = new FlowDbTransactionManager(database.db());
    private final TransactionTemplate required = new TransactionTemplate(manager);
    private final TransactionTemplate nested = new TransactionTemplate(manager);

    @BeforeEach
    void nest() {
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    @AfterEach
    void close() {
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
        database.close();
    }

    private List<String> stored() {
        return template.find(FlowDbQuery.all(), Page.class).stream()
                .map(Page::id)
                .toList();
    }

    private static void ignoring(Runnable failing) {
        assertThatThrownBy(failing::run).hasMessage("no");
    }

    private static void fail(TransactionStatus status) {
        throw new IllegalStateException("no");
    }

    /** The failure of the nested block took the mark with it, and what should not have been was committed. */
    @Test
    void rollbackOnly_beforeANestedBlockThatFails_isKept() {
        assertThatThrownBy(() -> required.executeWithoutResult(status -> {
                    template.save(new Page("a"));
                    ignoring(() -> required.executeWithoutResult(SavepointsTest::fail));
                    ignoring(() -> nested.executeWithoutResult(SavepointsTest::fail));
                }))
                .isInstanceOf(UnexpectedRollbackException.class);
        assertThat(stored()).isEmpty();
    }

    @Test
    void rollbackOnly_withinANestedBlockThatFails_endsWithIt() {
        required.executeWithoutResult(status -> {
            template.save(new Page("a"));
            ignoring(() -> nested.executeWithoutResult(inner -> {
                template.save(new Page("b"));
                ignoring(() -> required.executeWithoutResult(SavepointsTest::fail));
                ignoring(() -> nested.executeWithoutResult(SavepointsTest::fail));
                fail(inner);
            }));
            template.save(new Page("c"));
        });
        assertThat(stored()).containsExactly("a", "c");
    }

    /** Failed without a word of Spring, also for listeners that only read. */
    @Test
    void nested_afterTheEnd_readsWhatIsStoredAndWritesNothing() {
        List<Object> seen = new ArrayList<>();
        for (boolean rollback : new boolean[] {false, true}) {
            required.executeWithoutResult(status -> {
                template.save(new Page("a"));
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        listen();
                    }

                    @Override
                    public void afterCompletion(int outcome) {
                        listen();
                    }

                    private void listen() {
                        nested.executeWithoutResult(inner -> seen.add(stored()));
                        ignoring(() -> nested.executeWithoutResult(SavepointsTest::fail));
                        assertThatThrownBy(() -> nested.executeWithoutResult(inner -> template.save(new Page("b"))))
                                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                                .hasMessageContaining("REQUIRES_NEW");
                        seen.add(stored());
                    }
                });
                if (rollback) {
                    status.setRollbackOnly();
                }
            });
        }
        assertThat(seen).hasSize(6).containsOnly(List.of("a"));
    }

    @Test
    void savepoint_thatIsInvalid_isWrongUse() {
        required.executeWithoutResult(status -> {
            Object first = status.createSavepoint();
            template.save(new Page("a"));
            Object second = status.createSavepoint();
            template.save(new Page("b"));
            status.rollbackToSavepoint(first);
            assertThatThrownBy(() -> status.rollbackToSavepoint(second)).isInstanceOf(TransactionUsageException.class);
            assertThatThrownBy(() -> status.rollbackToSavepoint("x")).isInstanceOf(TransactionUsageException.class);
            assertThatThrownBy(() -> status.releaseSavepoint("x")).isInstanceOf(TransactionUsageException.class);
            TransactionTemplate other = new TransactionTemplate(manager);
            other.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
            other.executeWithoutResult(inner -> {
                assertThatThrownBy(() -> inner.rollbackToSavepoint(first))
                        .isInstanceOf(TransactionUsageException.class);
                assertThatThrownBy(() -> inner.releaseSavepoint(first)).isInstanceOf(TransactionUsageException.class);
            });
            status.releaseSavepoint(first);
            template.save(new Page("c"));
        });
        assertThat(stored()).containsExactly("c");
    }

    @Test
    void savepoint_afterTheEnd_isWrongUse() {
        TransactionStatus status = manager.getTransaction(TransactionDefinition.withDefaults());
        Object savepoint = status.createSavepoint();
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                assertThatThrownBy(() -> status.rollbackToSavepoint(savepoint))
                        .isInstanceOf(TransactionUsageException.class)
                        .hasMessageContaining("REQUIRES_NEW");
                status.releaseSavepoint(savepoint);
            }
        });
        manager.commit(status);
    }
}
