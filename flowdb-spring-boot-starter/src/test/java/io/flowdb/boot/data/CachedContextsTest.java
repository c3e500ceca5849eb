package io.flowdb.boot.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.boot.FlowDb;
import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoApplication;
import io.flowdb.boot.data.todo.TodoRepository;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestContextManager;

/**
 * Test classes of an application whose contexts differ and are cached, all on the directory that the application
 * configures: the one that is not in use is paused and leaves the directory to the other.
 */
class CachedContextsTest {
    @TempDir
    private static Path dir;

    @Test
    void contexts_takingTurns_shareTheDirectory() throws Exception {
        TestContextManager first = new TestContextManager(First.class);
        TestContextManager second = new TestContextManager(Second.class);

        ApplicationContext one = use(first, "1");
        ApplicationContext two = use(second, "2");
        assertThat(two).isNotSameAs(one);
        assertThat(use(first, "3")).isSameAs(one);
        assertThat(use(second, "4")).isSameAs(two);

        first.getTestContext().markApplicationContextDirty(null);
        second.getTestContext().markApplicationContextDirty(null);
    }

    private static ApplicationContext use(TestContextManager test, String id) throws Exception {
        test.beforeTestClass();
        ApplicationContext context = test.getTestContext().getApplicationContext();
        TodoRepository todos = context.getBean(TodoRepository.class);
        todos.save(Todo.of(id, "ada", "title " + id, 1));
        assertThat(todos.count()).isEqualTo(Long.parseLong(id));
        assertThat(context.getBean(FlowDb.class).config().dataDir()).isEqualTo(dir);
        test.afterTestClass();
        return context;
    }

    static void dataDir(DynamicPropertyRegistry registry) {
        registry.add("flowdb.data-dir", dir::toString);
        registry.add(
                "spring.autoconfigure.exclude",
                () -> "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
                        + "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration");
    }

    @SpringBootTest(
            classes = TodoApplication.class,
            properties = "test=first",
            webEnvironment = SpringBootTest.WebEnvironment.NONE)
    static class First {
        @DynamicPropertySource
        static void properties(DynamicPropertyRegistry registry) {
            dataDir(registry);
        }
    }

    @SpringBootTest(
            classes = TodoApplication.class,
            properties = "test=second",
            webEnvironment = SpringBootTest.WebEnvironment.NONE)
    static class Second {
        @DynamicPropertySource
        static void properties(DynamicPropertyRegistry registry) {
            dataDir(registry);
        }
    }
}
