package io.flowdb.boot.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoConfiguration;
import io.flowdb.boot.data.todo.TodoRepository;
import io.flowdb.json.JsonDB;
import io.flowdb.json.Migration;
import io.flowdb.json.StoreSchema;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The engine, or the documents, in a parent context; all else is configured in a child. */
class ParentContextTest {

    /** The engine of the parent was taken for ready, though it knows no initializer of the child. */
    @Test
    void engine_ofTheParent_getsMigrationsAndSchemaOfTheChild() {
        storesIn(ParentEngine.class);
    }

    @Test
    void documents_ofTheParent_getMigrationsAndSchemaOfTheChild() {
        storesIn(ParentDocuments.class);
    }

    private static void storesIn(Class<?> parentConfiguration) {
        new ApplicationContextRunner()
                .withUserConfiguration(parentConfiguration)
                .run(parent -> new ApplicationContextRunner()
                        .withParent(parent.getSourceApplicationContext())
                        .withUserConfiguration(Child.class)
                        .run(child -> {
                            child.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1));
                            JsonDB documents = child.getBean(JsonDB.class);
                            assertThat(documents.storeNames()).containsExactly("migrated", "todos");
                            assertThat(documents.schemaVersion()).isEqualTo(1);
                        }));
    }

    private static Config inMemory() {
        return Config.builder().inMemory(true).build();
    }

    @Configuration(proxyBeanMethods = false)
    static class ParentEngine {
        @Bean
        FlowDb engine(ObjectProvider<FlowDbInitializer> initializers) {
            return FlowDb.of(inMemory(), Duration.ofSeconds(5), initializers);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ParentDocuments {
        @Bean
        JsonDB documents() {
            return JsonDB.open(inMemory());
        }
    }

    @TodoConfiguration
    static class Child {
        @Bean
        Migration migration() {
            return Migration.of(
                    1, "a store", migration -> migration.createObjectStore(StoreSchema.of("migrated", "id")));
        }
    }
}
