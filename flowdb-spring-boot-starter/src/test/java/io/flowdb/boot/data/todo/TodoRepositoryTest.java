package io.flowdb.boot.data.todo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.boot.FlowDb;
import io.flowdb.boot.test.DataFlowDbTest;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.test.context.transaction.TestTransaction;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The test slice, used as an application uses it. */
@DataFlowDbTest
class TodoRepositoryTest {
    @Autowired
    private TodoRepository todos;

    @Autowired
    private FlowDb flowDb;

    @RepeatedTest(2)
    void test_eachTime_beginsWithAnEmptyStore() {
        assertThat(todos.count()).isZero();
        todos.save(Todo.of("1", "ada", "write", 1));
        assertThat(todos.findByOwnerIdOrderByPriorityDesc("ada")).hasSize(1);
    }

    @Test
    void engine_isInMemory() {
        assertThat(flowDb.config().inMemory()).isTrue();
    }

    @Test
    void components_ofTheApplication_areLeftOut(@Autowired ObjectProvider<Reminders> reminders) {
        assertThat(reminders.getIfAvailable()).isNull();
    }

    /** As the documentation has it: the commit finds that a value is taken. */
    @Test
    void uniqueValue_taken_showsAtTheCommit() {
        todos.save(Todo.of("1", "ada", "same", 1));
        todos.save(Todo.of("2", "bob", "same", 1));
        TestTransaction.flagForCommit();
        assertThatThrownBy(TestTransaction::end).isInstanceOf(DuplicateKeyException.class);
        assertThat(todos.count()).isZero();
    }

    @Test
    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    void test_withoutTransaction_commits() {
        todos.save(Todo.of("2", "bob", "kept", 1));
        assertThat(todos.existsById("2")).isTrue();
        todos.deleteAll();
    }
}
