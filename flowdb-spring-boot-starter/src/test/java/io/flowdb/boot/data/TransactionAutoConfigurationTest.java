package io.flowdb.boot.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flowdb.Config;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.LogCapture;
import io.flowdb.boot.data.account.Account;
import io.flowdb.boot.data.account.AccountRepository;
import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoConfiguration;
import io.flowdb.boot.data.todo.TodoRepository;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.json.JsonDB;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Which store {@code @Transactional} means. */
class TransactionAutoConfigurationTest {
    @TempDir
    private Path dir;

    @Test
    void alone_isBehindTransactional() {
        alone().run(context -> {
            assertThat(context).hasSingleBean(TransactionManager.class).hasSingleBean(TransactionTemplate.class);
            TodoRepository todos = context.getBean(TodoRepository.class);
            Service service = context.getBean(Service.class);

            service.saveTodo("1");
            assertThatIllegalStateException().isThrownBy(() -> service.saveTodoAndFail("2"));

            assertThat(todos.findById("1")).isPresent();
            assertThat(todos.findById("2")).isEmpty();
        });
    }

    @Test
    void alone_takesTheCustomisationsOfSpringBoot() {
        alone().withPropertyValues(
                        "spring.transaction.default-timeout=17s", "spring.transaction.rollback-on-commit-failure=true")
                .run(context -> {
                    FlowDbTransactionManager manager = context.getBean(FlowDbTransactionManager.class);
                    assertThat(manager.getDefaultTimeout()).isEqualTo(17);
                    assertThat(manager.isRollbackOnCommitFailure()).isTrue();
                });
    }

    @Test
    void manager_declaredByTheApplication_replacesOurs() {
        alone().withBean(
                        "mine",
                        FlowDbTransactionManager.class,
                        () -> new FlowDbTransactionManager(() -> {
                            throw new AssertionError("not used");
                        }))
                .run(context -> assertThat(context)
                        .getBeanNames(FlowDbTransactionManager.class)
                        .containsExactly("mine"));
    }

    /**
     * The first write failed: repositories, {@code @FlowDbTransactional} and the test slice ask for the manager by its
     * name.
     */
    @Test
    void manager_declaredByAnotherName_isThatOfRepositories() {
        alone().withUserConfiguration(OwnManager.class).run(context -> {
            TodoRepository todos = context.getBean(TodoRepository.class);
            Service service = context.getBean(Service.class);

            todos.save(Todo.of("1", "ada", "write", 1));
            service.saveTodoInFlowDb("2");
            assertThatIllegalStateException().isThrownBy(() -> service.saveTodoInFlowDbAndFail("3"));

            assertThat(todos.findAll()).extracting(Todo::id).containsExactly("1", "2");
            assertThat(context.getBean("flowDbTransactionManager")).isSameAs(context.getBean("mine"));
        });
    }

    @Test
    void besideJpa_plainTransactionalMeansJpa() {
        both().run(context -> {
            assertThat(context.getBean(TransactionManager.class)).isInstanceOf(JpaTransactionManager.class);
            assertThat(context.getBean(PlatformTransactionManager.class)).isInstanceOf(JpaTransactionManager.class);
            assertThat(context).hasBean("flowDbTransactionManager").hasSingleBean(TransactionTemplate.class);
            AccountRepository accounts = context.getBean(AccountRepository.class);
            Service service = context.getBean(Service.class);

            service.saveAccount(accounts, "1");
            assertThatIllegalStateException().isThrownBy(() -> service.saveAccountAndFail(accounts, "2"));

            assertThat(accounts.findAll()).extracting(Account::getId).containsExactly("1");
        });
    }

    @Test
    void besideJpa_repositoriesOfFlowDbHaveTheirOwnTransactions() {
        both().run(context -> {
            TodoRepository todos = context.getBean(TodoRepository.class);
            Service service = context.getBean(Service.class);

            service.saveTodoInFlowDb("1");
            assertThatIllegalStateException().isThrownBy(() -> service.saveTodoInFlowDbAndFail("2"));

            assertThat(todos.findAll()).extracting(Todo::id).containsExactly("1");
        });
    }

    /** Each store commits on its own. */
    @Test
    void besideJpa_plainTransactional_coversNothingOfFlowDb() {
        both().run(context -> {
            TodoRepository todos = context.getBean(TodoRepository.class);
            AccountRepository accounts = context.getBean(AccountRepository.class);
            Service service = context.getBean(Service.class);

            assertThatIllegalStateException().isThrownBy(() -> service.saveBothAndFail(accounts, "1"));

            assertThat(todos.existsById("1"))
                    .as("the repository had its own transaction")
                    .isTrue();
            assertThat(accounts.existsById("1")).isFalse();
        });
    }

    /** It was passed over, and a second manager made. */
    @Test
    void besideJpa_managerOfTheApplication_isThatOfRepositoriesByWhateverName() {
        both().withUserConfiguration(OwnManagerBeside.class).run(context -> {
            Service service = context.getBean(Service.class);

            service.saveTodoInFlowDb("1");
            assertThatIllegalStateException().isThrownBy(() -> service.saveTodoInFlowDbAndFail("2"));

            assertThat(context.getBean(TodoRepository.class).findAll())
                    .extracting(Todo::id)
                    .containsExactly("1");
            assertThat(context).getBeanNames(FlowDbTransactionManager.class).containsExactly("mine");
            assertThat(context.getBean("flowDbTransactionManager")).isSameAs(context.getBean("mine"));
            assertThat(context.getBean(TransactionManager.class)).isInstanceOf(JpaTransactionManager.class);
        });
    }

    @Test
    void besideJpa_managerOfASecondEngine_isNotThatOfRepositories() {
        both().withUserConfiguration(SecondEngine.class)
                .run(context -> assertThat(context.getBean("flowDbTransactionManager"))
                        .isNotSameAs(context.getBean("ofSecond")));
    }

    /** Spring Boot made no manager for JPA then, and every write of its repositories failed, without a word. */
    @Test
    void besideJpa_managerThatIsADefaultCandidate_isWarnedOf() {
        assertThat(warnings(both().withUserConfiguration(OwnManager.class)))
                .singleElement()
                .asString()
                .contains("'mine' is the only transaction manager", "@Bean(defaultCandidate = false)");
        assertThat(warnings(both())).isEmpty();
        assertThat(warnings(both().withUserConfiguration(OwnManagerBeside.class)))
                .isEmpty();
        assertThat(warnings(alone().withUserConfiguration(OwnManager.class))).isEmpty();
    }

    private static List<String> warnings(ApplicationContextRunner runner) {
        try (LogCapture log = LogCapture.of(DefaultManagerCheck.class.getName())) {
            runner.run(context -> assertThat(context).hasNotFailed());
            return log.messages();
        }
    }

    @Test
    void besideJdbc_plainTransactionalMeansJdbc() {
        both().withPropertyValues("spring.autoconfigure.exclude="
                        + "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
                        + "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration")
                .run(context -> {
                    assertThat(context.getBean(TransactionManager.class)).isInstanceOf(JdbcTransactionManager.class);
                    assertThat(context).hasBean("flowDbTransactionManager");
                });
    }

    private ApplicationContextRunner alone() {
        return new ApplicationContextRunner()
                .withUserConfiguration(TodoApplication.class)
                .withPropertyValues("flowdb.data-dir=" + dir);
    }

    private ApplicationContextRunner both() {
        return new ApplicationContextRunner()
                .withUserConfiguration(BothApplication.class)
                .withPropertyValues(
                        "flowdb.data-dir=" + dir,
                        "spring.jpa.hibernate.ddl-auto=create",
                        "spring.datasource.generate-unique-name=true");
    }

    @TodoConfiguration
    @Import(Service.class)
    static class TodoApplication {}

    @Configuration(proxyBeanMethods = false)
    static class OwnManager {
        @Bean
        FlowDbTransactionManager mine(JsonDB documents) {
            return new FlowDbTransactionManager(documents);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnManagerBeside {
        @Bean(defaultCandidate = false)
        FlowDbTransactionManager mine(JsonDB documents) {
            return new FlowDbTransactionManager(documents);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondEngine {
        @Bean(defaultCandidate = false)
        FlowDb second() {
            return FlowDb.of(Config.builder().inMemory(true).build());
        }

        @Bean(defaultCandidate = false)
        FlowDbTransactionManager ofSecond(@Qualifier("second") FlowDb second) {
            return new FlowDbTransactionManager(second.documents());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @AutoConfigurationPackage(basePackageClasses = {Todo.class, Account.class})
    @Import(Service.class)
    static class BothApplication {}

    static class Service {
        private final TodoRepository todos;

        Service(TodoRepository todos) {
            this.todos = todos;
        }

        @Transactional
        public void saveTodo(String id) {
            todos.save(Todo.of(id, "ada", id, 1));
        }

        @Transactional
        public void saveTodoAndFail(String id) {
            saveTodo(id);
            throw new IllegalStateException("changed my mind");
        }

        @FlowDbTransactional
        public void saveTodoInFlowDb(String id) {
            saveTodo(id);
        }

        @FlowDbTransactional
        public void saveTodoInFlowDbAndFail(String id) {
            saveTodo(id);
            throw new IllegalStateException("changed my mind");
        }

        @Transactional
        public void saveBothAndFail(AccountRepository accounts, String id) {
            saveTodo(id);
            accounts.saveAndFlush(new Account(id));
            throw new IllegalStateException("changed my mind");
        }

        @Transactional
        public void saveAccount(AccountRepository accounts, String id) {
            accounts.save(new Account(id));
        }

        @Transactional
        public void saveAccountAndFail(AccountRepository accounts, String id) {
            accounts.saveAndFlush(new Account(id));
            throw new IllegalStateException("changed my mind");
        }
    }
}
