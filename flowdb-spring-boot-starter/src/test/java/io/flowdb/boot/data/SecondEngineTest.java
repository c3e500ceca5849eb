package io.flowdb.boot.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.actuate.QueryInsight;
import io.flowdb.boot.data.ten.Entities.E0;
import io.flowdb.boot.data.ten.TenRepositories;
import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoConfiguration;
import io.flowdb.boot.data.todo.TodoRepository;
import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.data.core.StoreSchemas;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import io.flowdb.data.repository.support.FlowDbRepositoryFactoryBean;
import io.flowdb.json.JsonDB;
import io.flowdb.json.SchemaMode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.transaction.support.TransactionTemplate;

/** Two engines in one application, each with repositories and transactions of its own, as docs/spring.md shows it. */
class SecondEngineTest {
    @TempDir
    private Path dir;

    @Test
    void repositories_ofTwoEngines_areApart() {
        new ApplicationContextRunner()
                .withUserConfiguration(Application.class, Main.class, Archive.class)
                .withPropertyValues("flowdb.data-dir=" + dir.resolve("main"), "archive-dir=" + dir.resolve("archive"))
                .run(context -> {
                    TodoRepository todos = context.getBean(TodoRepository.class);
                    FlowDbRepository<E0, String> archived = TenRepositories.first(context);
                    todos.save(Todo.of("1", "ada", "write", 1));
                    archived.save(new E0("1", "ada", "code", 1, null));

                    assertThat(context.getBean("flowDb", FlowDb.class)
                                    .documents()
                                    .count("todos"))
                            .isEqualTo(1);
                    JsonDB archive = context.getBean("archive", FlowDb.class).documents();
                    assertThat(archive.count("ten0")).isEqualTo(1);
                    assertThat(archive.storeNames()).doesNotContain("todos");

                    new TransactionTemplate(
                                    context.getBean("archiveTransactionManager", FlowDbTransactionManager.class))
                            .executeWithoutResult(status -> {
                                archived.deleteAll();
                                todos.deleteAll();
                                status.setRollbackOnly();
                            });
                    assertThat(archived.count()).as("rolled back").isEqualTo(1);
                    assertThat(todos.count()).as("of the other engine").isZero();
                });
    }

    /** Every method was explained on the first engine, which has no such store, or another one of the same name. */
    @Test
    void explain_methodOfTheSecondEngine_runsThere() {
        new ApplicationContextRunner()
                .withUserConfiguration(Application.class, Main.class, Archive.class)
                .withPropertyValues(
                        "flowdb.data-dir=" + dir.resolve("main"),
                        "archive-dir=" + dir.resolve("archive"),
                        "management.endpoints.web.exposure.include=flowdb",
                        "management.endpoints.jmx.exposure.include=flowdb")
                .run(context -> {
                    TenRepositories.first(context).save(new E0("1", "ada", "code", 1, null));

                    QueryInsight insight = context.getBean(QueryInsight.class);
                    assertThat(insight.explain("R0Repository.countByOwner", "ada")
                                    .plan()
                                    .rowsReturned())
                            .isEqualTo(1);
                });
    }

    /**
     * Its stores were wanted in the first engine as well, as both share the entities that are known: with
     * {@code validate} and read-only the start failed, else the first got stores that nobody uses.
     */
    @Test
    void schema_ofTheFirstEngine_hasNoStoreOfTheSecond() {
        first().run(context -> assertThat(stores(context)).containsExactly("todos"));

        for (String setting :
                List.of("flowdb.schema.mode=validate", "flowdb.read-only=true", "flowdb.schema.mode=update")) {
            first().withUserConfiguration(Archive.class)
                    .withPropertyValues(setting)
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(stores(context)).containsExactly("todos");
                        restart(context.getSourceApplicationContext(ConfigurableApplicationContext.class));
                        assertThat(stores(context)).containsExactly("todos");
                    });
        }
    }

    private ApplicationContextRunner first() {
        return new ApplicationContextRunner()
                .withUserConfiguration(Application.class, Main.class)
                .withPropertyValues("flowdb.data-dir=" + dir.resolve("main"), "archive-dir=" + dir.resolve("archive"));
    }

    private static void restart(ConfigurableApplicationContext context) {
        context.pause();
        context.restart();
    }

    private static List<String> stores(BeanFactory beans) {
        return List.copyOf(beans.getBean("flowDb", FlowDb.class).documents().storeNames());
    }

    /** A bean that used the engine before the repository was made found no store, and had none from then on. */
    @Test
    void schema_ofARepositoryOutsideTheScannedPackages_isThereForEarlyBeans() {
        first().withUserConfiguration(Early.class, Elsewhere.class)
                .run(context -> assertThat(context.getBean(Early.class).stores).containsExactly("ten0", "todos"));
    }

    @Test
    void schema_ofARepositoryThatCodeMakes_isThereToo() {
        first().withUserConfiguration(Early.class, MadeByCode.class)
                .run(context -> assertThat(context.getBean(Early.class).stores).containsExactly("notes", "todos"));
    }

    @ObjectStore("notes")
    record Note(@Id String id) {}

    interface Notes extends FlowDbRepository<Note, String> {}

    @Configuration(proxyBeanMethods = false)
    static class MadeByCode {
        @Bean
        FlowDbRepositoryFactoryBean<Notes, Note, String> notes(FlowDbTemplate template) {
            FlowDbRepositoryFactoryBean<Notes, Note, String> notes = new FlowDbRepositoryFactoryBean<>(Notes.class);
            notes.setFlowDbOperations(template);
            return notes;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Early {
        private final List<String> stores;

        Early(BeanFactory beans) {
            this.stores = stores(beans);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableFlowDbRepositories(
            basePackageClasses = E0.class,
            includeFilters = @Filter(type = FilterType.REGEX, pattern = ".*R0Repository"))
    static class Elsewhere {}

    @TodoConfiguration
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @EnableFlowDbRepositories(basePackageClasses = TodoRepository.class)
    static class Main {}

    @Configuration(proxyBeanMethods = false)
    @EnableFlowDbRepositories(
            basePackageClasses = E0.class,
            flowDbTemplateRef = "archiveTemplate",
            transactionManagerRef = "archiveTransactionManager")
    static class Archive {
        @Bean(defaultCandidate = false)
        FlowDb archive(@Value("${archive-dir}") Path dir) {
            return FlowDb.of(Config.of(dir));
        }

        @Bean(defaultCandidate = false)
        FlowDbTemplate archiveTemplate(@Qualifier("archive") FlowDb archive, FlowDbConverter converter) {
            archive.documents().applySchemas(new StoreSchemas(converter).of(List.of(E0.class)), SchemaMode.UPDATE);
            return new FlowDbTemplate(archive.documents(), converter);
        }

        @Bean(defaultCandidate = false)
        FlowDbTransactionManager archiveTransactionManager(@Qualifier("archive") FlowDb archive) {
            return new FlowDbTransactionManager(archive.documents());
        }
    }
}
