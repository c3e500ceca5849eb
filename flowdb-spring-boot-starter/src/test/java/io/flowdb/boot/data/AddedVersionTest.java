package io.flowdb.boot.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoConfiguration;
import io.flowdb.boot.data.todo.TodoRepository;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.Filter;
import io.flowdb.json.JsonDB;
import io.flowdb.json.Migration;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Documents that were stored before their class had a {@code @Version}. */
class AddedVersionTest {
    @TempDir
    private Path dir;

    /**
     * As with Spring Data for other stores: an entity without a version is new, and a new one never replaces another.
     */
    @Test
    void document_withoutVersion_isNewToASaveUntilAMigrationSetsIt() {
        runner().run(context -> {
            JsonDB documents = context.getBean(JsonDB.class);
            documents.put("todos", unversioned("1"));
            documents.put("todos", unversioned("2").put("version", 7));
            TodoRepository todos = context.getBean(TodoRepository.class);
            Todo stored = todos.findById("1").orElseThrow();
            assertThat(stored.version()).isNull();
            assertThatThrownBy(() -> todos.save(stored)).isInstanceOf(DuplicateKeyException.class);
        });
        runner().withUserConfiguration(Versions.class).run(context -> {
            TodoRepository todos = context.getBean(TodoRepository.class);
            assertThat(todos.save(todos.findById("1").orElseThrow()).version()).isEqualTo(2);
            assertThat(todos.findById("2").orElseThrow().version()).isEqualTo(7);
        });
    }

    /** The same application at its first start, when there is nothing to migrate. */
    @Test
    void migration_withoutTheStore_hasNothingToDo() {
        runner().withUserConfiguration(Versions.class).run(context -> {
            TodoRepository todos = context.getBean(TodoRepository.class);
            assertThat(todos.save(Todo.of("1", "ada", "write", 1)).version()).isEqualTo(1);
        });
    }

    private static ObjectNode unversioned(String id) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("id", id)
                .put("ownerId", "ada")
                .put("title", "title " + id)
                .put("priority", 1);
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withUserConfiguration(Application.class)
                .withPropertyValues("flowdb.data-dir=" + dir);
    }

    @TodoConfiguration
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    static class Versions {
        /* As in docs/spring-data.md. */
        @Bean
        Migration todoVersions() {
            return Migration.of(1, "todos have a version", migration -> {
                if (migration.storeNames().contains("todos")) {
                    DocumentOperations documents = migration.documents();
                    documents.query("todos").where(Filter.isNull("version")).stream()
                            .toList()
                            .forEach(todo -> documents.put("todos", ((ObjectNode) todo).put("version", 1)));
                }
            });
        }
    }
}
