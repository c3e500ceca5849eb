package io.flowdb.boot.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbAutoConfiguration;
import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.boot.LogCapture;
import io.flowdb.boot.StartupReport;
import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoRepository;
import io.flowdb.boot.plain.PlainRepository;
import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.convert.FlowDbCustomConversions;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.core.FlowDbExceptionTranslator;
import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.data.core.ScanMode;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import io.flowdb.data.repository.support.FlowDbRepositoryFactoryBean;
import io.flowdb.error.EngineClosedException;
import io.flowdb.json.IndexSchema;
import io.flowdb.json.JsonDB;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.persistence.autoconfigure.PersistenceExceptionTranslationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.ManagedTypes;
import org.springframework.data.domain.Pageable;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/** Mapping, template, repositories and schema of an application that declares nothing but entities and interfaces. */
class DataAutoConfigurationTest {
    @TempDir
    private Path dir;

    @Test
    void repository_isFoundAndStoresEntities() {
        runner().run(context -> {
            TodoRepository todos = context.getBean(TodoRepository.class);
            todos.save(Todo.of("1", "ada", "write", 1));
            todos.save(Todo.of("2", "ada", "read", 5));
            todos.save(Todo.of("3", "bob", "run", 3));

            assertThat(todos.findByOwnerIdOrderByPriorityDesc("ada"))
                    .extracting(Todo::title)
                    .containsExactly("read", "write");
            assertThat(todos.findById("3"))
                    .hasValueSatisfying(t -> assertThat(t.version()).isNotNull());
        });
        runner().run(context ->
                assertThat(context.getBean(TodoRepository.class).count()).isEqualTo(3));
    }

    @Test
    void repository_acrossPauseAndRestart_goesOn() {
        runner().run(context -> {
            ConfigurableApplicationContext source =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            TodoRepository todos = context.getBean(TodoRepository.class);
            todos.save(Todo.of("1", "ada", "write", 1));
            source.pause();
            runner().run(other -> other.getBean(TodoRepository.class).save(Todo.of("2", "bob", "read", 2)));
            source.restart();
            assertThat(todos.findById("1")).isPresent();
            assertThat(todos.findById("2")).isPresent();
            todos.save(Todo.of("3", "eve", "run", 3));
            assertThat(todos.count()).isEqualTo(3);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "no"})
    void repositories_turnedOff_areAbsent(String value) {
        runner().withPropertyValues("flowdb.repositories.enabled=" + value)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(TodoRepository.class)
                        .hasSingleBean(FlowDbTemplate.class));
    }

    @Test
    void repositories_enabledByTheApplication_areFoundWhereItSays() {
        runner().withUserConfiguration(EnabledElsewhere.class)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TodoRepository.class));
    }

    @Test
    void beans_withFlowDbOff_areAbsent() {
        runner().withPropertyValues("flowdb.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(FlowDbTemplate.class)
                        .doesNotHaveBean(FlowDbMappingContext.class)
                        .doesNotHaveBean(TodoRepository.class));
    }

    /** Only the engine was left out, and the start failed for want of the properties. */
    @Test
    void beans_withFlowDbOffBesideOwnDocuments_areAbsent() {
        runner().withPropertyValues("flowdb.enabled=false")
                .withBean("own", JsonDB.class, DataAutoConfigurationTest::inMemory)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(JsonDB.class)
                        .doesNotHaveBean(FlowDbTemplate.class)
                        .doesNotHaveBean(TodoRepository.class));
    }

    @Test
    void beans_withoutTheEngineBesideOwnDocuments_areThere() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        FlowDbDataAutoConfiguration.class,
                        FlowDbRepositoriesAutoConfiguration.class,
                        FlowDbTransactionAutoConfiguration.class))
                .withUserConfiguration(Application.class)
                .withBean("own", JsonDB.class, DataAutoConfigurationTest::inMemory)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1));
                });
    }

    @Test
    void beans_declaredByTheApplication_replaceOurs() {
        FlowDbMappingContext mapping = new FlowDbMappingContext();
        FlowDbConverter converter = new MappingFlowDbConverter(mapping);
        FlowDbCustomConversions conversions = new FlowDbCustomConversions();
        FlowDbExceptionTranslator translator = new FlowDbExceptionTranslator();
        runner().withBean("myMapping", FlowDbMappingContext.class, () -> mapping)
                .withBean("myConverter", FlowDbConverter.class, () -> converter)
                .withBean("myConversions", FlowDbCustomConversions.class, () -> conversions)
                .withBean("myTranslator", FlowDbExceptionTranslator.class, () -> translator)
                .run(context -> {
                    assertThat(context.getBean(FlowDbMappingContext.class)).isSameAs(mapping);
                    assertThat(context.getBean(FlowDbConverter.class)).isSameAs(converter);
                    assertThat(context.getBean(FlowDbCustomConversions.class)).isSameAs(conversions);
                    assertThat(context.getBean(FlowDbExceptionTranslator.class)).isSameAs(translator);
                });
    }

    @Test
    void template_declaredByTheApplication_replacesOurs() {
        runner().withUserConfiguration(OwnTemplate.class)
                .run(context -> assertThat(context)
                        .hasSingleBean(FlowDbOperations.class)
                        .getBean(FlowDbOperations.class)
                        .isSameAs(context.getBean("flowDbTemplate")));
    }

    /** The start failed for want of a bean of the name by which repositories refer to the template. */
    @Test
    void template_declaredByAnotherName_isThatOfRepositories() {
        runner().withUserConfiguration(OwnNamedTemplate.class).run(context -> {
            context.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1));
            assertThat(context.getBean("mine", FlowDbOperations.class).existsById("1", Todo.class))
                    .isTrue();
            assertThat(context).hasSingleBean(FlowDbOperations.class);
        });
    }

    /**
     * The template of the application was on other documents than the transaction manager, and joined no transaction of
     * it.
     */
    @Test
    void template_declaredByTheApplication_joinsTransactions() {
        runner().withUserConfiguration(OwnTemplate.class)
                .withConfiguration(AutoConfigurations.of(FlowDbTransactionAutoConfiguration.class))
                .run(context -> {
                    FlowDbOperations template = context.getBean(FlowDbOperations.class);
                    new TransactionTemplate(context.getBean(FlowDbTransactionManager.class))
                            .executeWithoutResult(status -> {
                                template.insert(Todo.of("1", "ada", "write", 1));
                                status.setRollbackOnly();
                            });
                    assertThat(template.existsById("1", Todo.class)).isFalse();
                });
    }

    @Test
    void injectedDocuments_acrossPauseAndRestart_goOn() {
        runner().withBean(Direct.class).run(context -> {
            ConfigurableApplicationContext source =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            JsonDB injected = context.getBean(Direct.class).database();
            context.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1));
            source.pause();
            assertThat(injected.isOpen()).isFalse();
            assertThatThrownBy(() -> injected.count("todos")).isInstanceOf(EngineClosedException.class);
            source.restart();
            assertThat(injected.isOpen()).isTrue();
            assertThat(injected.count("todos")).isEqualTo(1);
            injected.delete("todos", "1");
            assertThat(context.getBean(TodoRepository.class).count()).isZero();
        });
    }

    /** It was called while the bean was made that repositories need, so the context could not start. */
    @Test
    void initializer_usesARepositoryOverADatabaseOfTheApplication_isCalledOnceBeforeOthers() {
        FlowDb own = FlowDb.of(Config.builder().inMemory(true).build());
        AtomicInteger calls = new AtomicInteger();
        runner().withBean("own", JsonDB.class, own::documents)
                .withInitializer(context -> context.getBeanFactory()
                        .registerSingleton(
                                "sower",
                                new Sower(context.getBeanFactory().getBeanProvider(TodoRepository.class), calls)))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(calls).hasValue(1);
                    assertThat(context.getBean(TodoRepository.class).findAll())
                            .extracting(Todo::title)
                            .containsExactly("seed");
                });
        own.destroy();
    }

    @Test
    void documents_ofTheApplication_getTheSchemaToo() {
        FlowDb own = FlowDb.of(Config.of(dir));
        runner().withBean("own", JsonDB.class, own::documents).run(context -> {
            assertThat(context).doesNotHaveBean(FlowDb.class);
            context.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1));
            assertThat(own.documents().storeNames()).contains("todos");
        });
        own.destroy();
    }

    /** Only the engine was made ready, though repositories used the other documents. */
    @Test
    void documents_ofTheApplicationBesideAnEngineOfIts_getTheSchemaToo() {
        runner().withBean("engine", FlowDb.class, () -> FlowDb.of(Config.of(dir)))
                .withBean("own", JsonDB.class, DataAutoConfigurationTest::inMemory)
                .run(context -> {
                    context.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1));
                    assertThat(context.getBean(JsonDB.class).storeNames()).contains("todos");
                });
    }

    @Test
    void schema_update_createsStoresAndIndexesAndLogsThem() {
        assertThat(schemaLog(() -> runner().run(context -> assertThat(
                                context.getBean(JsonDB.class).getStore("todos").indexes())
                        .extracting(IndexSchema::name)
                        .containsExactlyInAnyOrder("by_ownerId", "by_title"))))
                .containsExactlyInAnyOrder(
                        "Schema: create store todos with key id",
                        "Schema: create index todos.by_title, unique, on title",
                        "Schema: create index todos.by_ownerId on ownerId");
        assertThat(schemaLog(() -> runner().run(context -> assertThat(context).hasNotFailed())))
                .isEmpty();
    }

    private static List<String> schemaLog(Runnable action) {
        try (LogCapture log = LogCapture.of(SchemaInitializer.class.getName())) {
            action.run();
            return log.messages();
        }
    }

    @Test
    void schema_none_createsNothing() {
        runner().withPropertyValues("flowdb.schema.mode=none")
                .run(context ->
                        assertThat(context.getBean(JsonDB.class).storeNames()).doesNotContain("todos"));
    }

    /**
     * The message said of a missing store that "the transaction was begun for []", as if the caller had chosen the
     * wrong ones, and not what creates it.
     */
    @Test
    void schema_none_missingStore_isNamedWithWhatCreatesIt() {
        runner().withPropertyValues("flowdb.schema.mode=none").run(context -> {
            TodoRepository todos = context.getBean(TodoRepository.class);
            Todo todo = Todo.of("1", "ada", "write", 1);
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> todos.save(todo),
                    () -> todos.findById("1"),
                    () -> todos.findByOwnerIdOrderByPriorityDesc("ada"),
                    todos::count,
                    todos::deleteAll,
                    () -> context.getBean(FlowDbTemplate.class).findById("1", Todo.class))) {
                assertThatThrownBy(call)
                        .isInstanceOf(InvalidDataAccessApiUsageException.class)
                        .hasMessageContaining("No store 'todos'")
                        .hasMessageContaining("flowdb.schema.mode=update")
                        .hasMessageNotContaining("begun for");
            }
        });
    }

    @Test
    void schema_validate_stopsTheStartWithAReport() {
        runner().withPropertyValues("flowdb.schema.mode=validate").run(context -> {
            FailureAnalysis report = StartupReport.of(context.getStartupFailure());
            assertThat(report.getDescription())
                    .matches("(?s)Schema conflict in store 'todos': \\d differences: create store todos, .*")
                    .contains("create index todos.by_ownerId");
            assertThat(report.getAction()).contains("flowdb.schema.mode=update");
        });
        runner().run(context -> assertThat(context).hasNotFailed());
        runner().withPropertyValues("flowdb.schema.mode=validate")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void schema_sync_dropsIndexesNoEntityDeclares() {
        runner().run(context ->
                context.getBean(JsonDB.class).createIndex("todos", IndexSchema.of("extra", "priority")));
        runner().run(context -> assertThat(
                        context.getBean(JsonDB.class).getStore("todos").index("extra"))
                .isPresent());
        runner().withPropertyValues("flowdb.schema.mode=sync")
                .run(context -> assertThat(
                                context.getBean(JsonDB.class).getStore("todos").index("extra"))
                        .isEmpty());
    }

    @Test
    void schema_uniqueIndexOverDuplicates_isReportedWithoutTheValues() {
        runner().withPropertyValues("flowdb.schema.mode=none").run(context -> {
            JsonDB database = context.getBean(JsonDB.class);
            database.createObjectStore("todos", "id");
            FlowDbTemplate template = context.getBean(FlowDbTemplate.class);
            template.save(Todo.of("1", "ada", "secret", 1));
            template.save(Todo.of("2", "bob", "secret", 1));
        });
        runner().run(context -> {
            FailureAnalysis report = StartupReport.of(context.getStartupFailure());
            assertThat(report.getDescription())
                    .contains("unique index 'by_title' of store 'todos' cannot be built")
                    .doesNotContain("secret");
            assertThat(report.getAction()).contains("The schema was not changed");
        });
        runner().withPropertyValues("flowdb.schema.mode=none")
                .run(context -> assertThat(
                                context.getBean(JsonDB.class).getStore("todos").indexes())
                        .isEmpty());
    }

    @ParameterizedTest
    @EnumSource(ScanMode.class)
    void scanMode_reachesTheTemplate(ScanMode mode) {
        runner().withPropertyValues("flowdb.query.scan=" + mode.name().toLowerCase(Locale.ROOT))
                .run(context -> assertThat(context.getBean(FlowDbTemplate.class).getScanMode())
                        .isEqualTo(mode));
    }

    @Test
    void scanMode_eachOne_doesWhatItSays() {
        for (String mode : List.of("allow", "warn", "fail")) {
            try (LogCapture log = LogCapture.of("io.flowdb.data.repository.query")) {
                runner().withPropertyValues("flowdb.query.scan=" + mode).run(context -> {
                    TodoRepository todos = context.getBean(TodoRepository.class);
                    if (mode.equals("fail")) {
                        assertThatThrownBy(() -> todos.findByPriorityBetween(1, 2, Pageable.unpaged()))
                                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                                .hasMessageContaining("TodoRepository.findByPriorityBetween")
                                .hasMessageContaining("@Indexed on the property 'priority'");
                    } else {
                        todos.findByPriorityBetween(1, 2, Pageable.unpaged());
                        todos.findByPriorityBetween(1, 2, Pageable.unpaged());
                    }
                    todos.findByOwnerIdOrderByPriorityDesc("ada");
                });
                assertThat(log.messages())
                        .hasSize(mode.equals("warn") ? 1 : 0)
                        .allMatch(message -> message.contains("TodoRepository.findByPriorityBetween")
                                && message.contains("@Indexed on the property 'priority'"));
            }
        }
    }

    @Test
    void scanMode_byDefault_warns() {
        runner().run(context ->
                assertThat(context.getBean(FlowDbTemplate.class).getScanMode()).isEqualTo(ScanMode.WARN));
    }

    @Test
    void readOnly_engine_readsAndRefusesWrites() {
        runner().run(context -> context.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1)));
        runner().run(writer -> runner().withPropertyValues("flowdb.read-only=true")
                .run(context -> {
                    TodoRepository todos = context.getBean(TodoRepository.class);
                    assertThat(todos.findByOwnerIdOrderByPriorityDesc("ada")).hasSize(1);
                    assertThatThrownBy(() -> todos.save(Todo.of("2", "bob", "read", 1)))
                            .isInstanceOf(DataAccessException.class);
                }));
    }

    @Test
    void entity_withoutObjectStore_isReported() {
        runner().withUserConfiguration(PlainApplication.class).run(context -> {
            FailureAnalysis report = StartupReport.of(context.getStartupFailure());
            assertThat(report.getDescription()).contains(PlainRepository.class.getName(), "@ObjectStore");
            assertThat(report.getAction()).contains("Annotate the entity with @io.flowdb.annotation.ObjectStore");
        });
    }

    /** Without a schema to compare, repositories are where it shows. */
    @ParameterizedTest
    @ValueSource(strings = {"update", "none"})
    void entities_unrelatedInOneStore_areReported(String schemaMode) {
        runner().withUserConfiguration(SharedStore.class)
                .withPropertyValues("flowdb.schema.mode=" + schemaMode)
                .run(context -> {
                    FailureAnalysis report = StartupReport.of(context.getStartupFailure());
                    assertThat(report.getDescription())
                            .contains(Left.class.getName(), Right.class.getName(), "'shared'");
                    assertThat(report.getAction()).contains("a store of its own");
                });
    }

    @Test
    void exceptions_ofARepositoryBean_areTranslated() {
        runner().withUserConfiguration(Direct.class).run(context -> {
            context.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1));
            assertThatThrownBy(() -> context.getBean(Direct.class).violate()).isInstanceOf(DuplicateKeyException.class);
        });
    }

    private static JsonDB inMemory() {
        return JsonDB.open(Config.builder().inMemory(true).build());
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        FlowDbAutoConfiguration.class,
                        FlowDbDataAutoConfiguration.class,
                        FlowDbRepositoriesAutoConfiguration.class,
                        FlowDbTransactionAutoConfiguration.class,
                        PersistenceExceptionTranslationAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        TransactionManagerCustomizationAutoConfiguration.class))
                .withUserConfiguration(Application.class)
                .withPropertyValues("flowdb.data-dir=" + dir);
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackageClasses = Todo.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackageClasses = PlainRepository.class)
    static class PlainApplication {}

    @Configuration(proxyBeanMethods = false)
    static class SharedStore {
        @Bean("flowdb.managed-types")
        static ManagedTypes managedTypes() {
            return ManagedTypes.fromIterable(List.of(Left.class, Right.class));
        }

        @Bean
        FlowDbRepositoryFactoryBean<Lefts, Left, String> lefts(FlowDbTemplate template) {
            return repository(Lefts.class, template);
        }

        @Bean
        FlowDbRepositoryFactoryBean<Rights, Right, String> rights(FlowDbTemplate template) {
            return repository(Rights.class, template);
        }

        private static <R extends FlowDbRepository<T, String>, T> FlowDbRepositoryFactoryBean<R, T, String> repository(
                Class<R> type, FlowDbTemplate template) {
            FlowDbRepositoryFactoryBean<R, T, String> repository = new FlowDbRepositoryFactoryBean<>(type);
            repository.setFlowDbOperations(template);
            return repository;
        }
    }

    @ObjectStore("shared")
    record Left(@Id String id) {}

    @ObjectStore("shared")
    record Right(@Id String id) {}

    interface Lefts extends FlowDbRepository<Left, String> {}

    interface Rights extends FlowDbRepository<Right, String> {}

    @Configuration(proxyBeanMethods = false)
    @EnableFlowDbRepositories(basePackages = "io.flowdb.boot.none")
    static class EnabledElsewhere {}

    @Configuration(proxyBeanMethods = false)
    static class OwnTemplate {
        @Bean
        FlowDbTemplate flowDbTemplate(JsonDB database, FlowDbConverter converter) {
            return new FlowDbTemplate(database, converter);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnNamedTemplate {
        @Bean
        FlowDbTemplate mine(JsonDB database, FlowDbConverter converter) {
            return new FlowDbTemplate(database, converter);
        }
    }

    /** Sows the first todo. */
    private record Sower(ObjectProvider<TodoRepository> todos, AtomicInteger calls) implements FlowDbInitializer {
        @Override
        public void initialize(JsonDB database) {
            calls.incrementAndGet();
            todos.getObject().save(Todo.of("1", "ada", "seed", 1));
        }
    }

    /** Works with documents, without the template. */
    @Repository
    static class Direct {
        private final JsonDB database;

        Direct(JsonDB database) {
            this.database = database;
        }

        JsonDB database() {
            return database;
        }

        void violate() {
            database.add("todos", database.get("todos", "1"));
        }
    }
}
