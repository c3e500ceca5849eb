package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.json.ChangeFeed;
import io.flowdb.json.CommittedChanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.annotation.Version;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.InvalidIsolationLevelException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What a transaction of Spring means on FlowDB: atomicity, isolation, propagation, savepoints, timeout, conflict. */
class TransactionsTest {

    @ObjectStore("accounts")
    record Account(@Id String id, @Indexed String owner, long balance) {
        Account plus(long amount) {
            return new Account(id, owner, balance + amount);
        }
    }

    @ObjectStore("versioned")
    record Versioned(@Id String id, String text, @Version Long version) {}

    private TestDatabase database;
    private FlowDbTemplate template;
    private FlowDbTransactionManager manager;

    @BeforeEach
    void open() {
        database = TestDatabase.with(Account.class, Versioned.class);
        template = database.template();
        manager = new FlowDbTransactionManager(database.db());
        template.insert(new Account("a", "ann", 10));
        template.insert(new Account("b", "bob", 20));
    }

    @AfterEach
    void close() {
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
        assertThat(TransactionSynchronizationManager.isSynchronizationActive()).isFalse();
        database.close();
    }

    private TransactionTemplate tx() {
        return new TransactionTemplate(manager);
    }

    private TransactionTemplate tx(int propagation) {
        TransactionTemplate tx = tx();
        tx.setPropagationBehavior(propagation);
        return tx;
    }

    private long balance(String id) {
        return template.findById(id, Account.class).balance();
    }

    private List<Account> ownedBy(String owner) {
        return template.find(
                FlowDbQuery.where(template.conditions(Account.class).eq("owner", owner)), Account.class);
    }

    private static <T> T elsewhere(java.util.function.Supplier<T> action) {
        return CompletableFuture.supplyAsync(action).join();
    }

    @Test
    void commit_severalWrites_appearTogether() {
        tx().executeWithoutResult(status -> {
            template.save(new Account("a", "ann", 5));
            template.save(new Account("b", "bob", 25));
            assertThat(elsewhere(() -> balance("a"))).isEqualTo(10);
        });
        assertThat(List.of(balance("a"), balance("b"))).containsExactly(5L, 25L);
    }

    @Test
    void read_everyKind_seesOwnWrites() {
        tx().executeWithoutResult(status -> {
            template.insert(new Account("c", "ann", 1));
            template.deleteById("a", Account.class);
            assertThat(template.existsById("c", Account.class)).isTrue();
            assertThat(template.findById("a", Account.class)).isNull();
            assertThat(ownedBy("ann")).extracting(Account::id).containsExactly("c");
            assertThat(template.count(FlowDbQuery.all(), Account.class)).isEqualTo(2);
            assertThat(template.findAllById(List.of("a", "b", "c"), Account.class))
                    .hasSize(2);
            try (Stream<Account> all = template.stream(FlowDbQuery.all(), Account.class)) {
                assertThat(all.map(Account::id)).containsExactly("b", "c");
            }
            assertThatThrownBy(() -> template.insert(new Account("c", "x", 0)))
                    .isInstanceOf(DuplicateKeyException.class);
            status.setRollbackOnly();
        });
        assertThat(ownedBy("ann")).extracting(Account::id).containsExactly("a");
    }

    @Test
    void rollback_onException_leavesNothing() {
        assertThatThrownBy(() -> tx().executeWithoutResult(status -> {
                    template.save(new Account("a", "eve", 0));
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(balance("a")).isEqualTo(10);
        assertThat(ownedBy("eve")).isEmpty();
    }

    @Test
    void readOnly_seesOneStateAndRefusesWrites() {
        TransactionTemplate tx = tx();
        tx.setReadOnly(true);
        tx.executeWithoutResult(status -> {
            elsewhere(() -> template.save(new Account("a", "ann", 99)));
            assertThat(balance("a")).isEqualTo(10);
            assertThatThrownBy(() -> template.save(new Account("a", "ann", 1)))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class);
        });
        assertThat(balance("a")).isEqualTo(99);
    }

    interface Accounts extends FlowDbRepository<Account, String> {}

    interface VersionedOnes extends FlowDbRepository<Versioned, String> {}

    /** Two who deleted the same thing at once: one of them was told that somebody had been faster. */
    @Test
    void commit_ofDeletesOfARepository_isRepeatedAfterAConflict() {
        Accounts accounts = database.repository(Accounts.class);
        List<Runnable> deletions = List.of(
                () -> accounts.deleteById("a"),
                () -> accounts.delete(new Account("a", "", 0)),
                () -> accounts.deleteAllById(List.of("a", "none")),
                () -> accounts.deleteAll(List.of(new Account("a", "", 0))),
                accounts::deleteAll);
        for (Runnable deletion : deletions) {
            for (boolean deleted : new boolean[] {true, false}) {
                accounts.save(new Account("a", "ann", 10));
                tx().executeWithoutResult(status -> {
                    deletion.run();
                    elsewhere(() -> deleted
                            ? template.deleteById("a", Account.class)
                            : template.save(new Account("a", "eve", 11)));
                });
                assertThat(accounts.existsById("a")).isFalse();
            }
        }
        accounts.save(new Account("b", "bob", 20));
        tx().executeWithoutResult(status -> {
            accounts.deleteAll();
            elsewhere(() -> template.save(new Account("new", "eve", 1)));
        });
        assertThat(accounts.count()).isZero();
    }

    /**
     * Its writes were made again as if nothing had been read, though the one that failed had told what is stored: two
     * transactions could each have missed the other.
     */
    @Test
    void commit_afterAWriteThatFailed_isNotRepeated() {
        assertThatThrownBy(() -> tx().executeWithoutResult(status -> {
                    template.save(new Account("blind", "ann", 1));
                    assertThatThrownBy(() -> template.insert(new Account("a", "ann", 1)))
                            .isInstanceOf(DuplicateKeyException.class);
                    elsewhere(() -> {
                        template.save(new Account("blind", "eve", 1));
                        return template.deleteById("a", Account.class);
                    });
                    template.save(new Account("flag", "a exists", 1));
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(template.existsById("flag", Account.class)).isFalse();
    }

    @Test
    void commit_ofADeleteOfAVersion_failsIfThatIsGone() {
        VersionedOnes ones = database.repository(VersionedOnes.class);
        Versioned first = ones.save(new Versioned("v", "one", null));
        assertThatThrownBy(() -> tx().executeWithoutResult(status -> {
                    ones.delete(first);
                    elsewhere(() -> template.save(new Versioned("v", "two", first.version())));
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(ones.findById("v")).map(Versioned::text).hasValue("two");
    }

    @Test
    void commit_afterConflictingChange_isOptimisticLockingFailure() {
        List<Integer> completions = new ArrayList<>();
        assertThatThrownBy(() -> tx().executeWithoutResult(status -> {
                    TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                        @Override
                        public void afterCompletion(int outcome) {
                            completions.add(outcome);
                        }
                    });
                    Account read = template.findById("a", Account.class);
                    elsewhere(() -> template.save(new Account("a", "ann", 50)));
                    template.save(read.plus(1));
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(balance("a")).isEqualTo(50);
        assertThat(completions).containsExactly(TransactionSynchronization.STATUS_ROLLED_BACK);
    }

    @Test
    void commit_afterPhantom_isOptimisticLockingFailure() {
        assertThatThrownBy(() -> tx().executeWithoutResult(status -> {
                    int owned = ownedBy("ann").size();
                    elsewhere(() -> template.insert(new Account("z", "ann", 0)));
                    template.save(new Account("count", "none", owned));
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(template.existsById("count", Account.class)).isFalse();
    }

    @Test
    void isolation_repeatableRead_permitsWriteSkewOnly() {
        TransactionTemplate tx = tx();
        tx.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        tx.executeWithoutResult(status -> {
            balance("a");
            elsewhere(() -> template.save(new Account("a", "ann", 50)));
            template.save(new Account("c", "cy", 1));
        });
        assertThat(balance("c")).isEqualTo(1);
        tx.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        assertThatThrownBy(() -> tx.executeWithoutResult(status -> {}))
                .isInstanceOf(InvalidIsolationLevelException.class);
    }

    @Test
    void requiresNew_commitsOnItsOwn() {
        tx().executeWithoutResult(status -> {
            template.save(new Account("a", "ann", 1));
            tx(TransactionDefinition.PROPAGATION_REQUIRES_NEW).executeWithoutResult(inner -> {
                assertThat(balance("a")).isEqualTo(10);
                template.save(new Account("c", "cy", 3));
            });
            assertThat(balance("a")).isEqualTo(1);
            status.setRollbackOnly();
        });
        assertThat(balance("a")).isEqualTo(10);
        assertThat(balance("c")).isEqualTo(3);
    }

    @Test
    void propagation_matrix_isThatOfSpring() {
        tx().executeWithoutResult(status -> {
            template.save(new Account("a", "ann", 1));
            assertThat((Long) tx(TransactionDefinition.PROPAGATION_REQUIRED).execute(s -> balance("a")))
                    .isEqualTo(1);
            assertThat((Long) tx(TransactionDefinition.PROPAGATION_SUPPORTS).execute(s -> balance("a")))
                    .isEqualTo(1);
            assertThat((Long) tx(TransactionDefinition.PROPAGATION_MANDATORY).execute(s -> balance("a")))
                    .isEqualTo(1);
            assertThat((Long)
                            tx(TransactionDefinition.PROPAGATION_NOT_SUPPORTED).execute(s -> balance("a")))
                    .isEqualTo(10);
            assertThatThrownBy(() -> tx(TransactionDefinition.PROPAGATION_NEVER).execute(s -> balance("a")))
                    .isInstanceOf(IllegalTransactionStateException.class);
        });
        assertThatThrownBy(() -> tx(TransactionDefinition.PROPAGATION_MANDATORY).execute(s -> balance("a")))
                .isInstanceOf(IllegalTransactionStateException.class);
        assertThat((Long) tx(TransactionDefinition.PROPAGATION_NEVER).execute(s -> balance("a")))
                .isEqualTo(1);
    }

    @Test
    void required_innerRollback_rollsBackAll() {
        assertThatThrownBy(() -> tx().executeWithoutResult(status -> {
                    template.save(new Account("a", "ann", 1));
                    tx().executeWithoutResult(inner -> inner.setRollbackOnly());
                }))
                .isInstanceOf(UnexpectedRollbackException.class);
        assertThat(balance("a")).isEqualTo(10);
    }

    @Test
    void nested_rollback_takesBackItsPartOnly() {
        tx().executeWithoutResult(status -> {
            template.save(new Account("a", "ann", 1));
            TransactionTemplate nested = tx(TransactionDefinition.PROPAGATION_NESTED);
            assertThatThrownBy(() -> nested.executeWithoutResult(inner -> {
                        template.save(new Account("a", "eve", 2));
                        template.insert(new Account("c", "eve", 3));
                        assertThat(ownedBy("eve")).hasSize(2);
                        throw new IllegalStateException("inner");
                    }))
                    .hasMessage("inner");
            assertThat(ownedBy("eve")).isEmpty();
            nested.executeWithoutResult(inner -> template.save(new Account("d", "dan", 4)));
        });
        assertThat(balance("a")).isEqualTo(1);
        assertThat(balance("d")).isEqualTo(4);
        assertThat(template.existsById("c", Account.class)).isFalse();
    }

    @Test
    void timeout_passed_failsOperationsAndCommit() {
        TransactionTemplate tx = tx();
        tx.setTimeout(1);
        assertThatThrownBy(() -> tx.executeWithoutResult(status -> {
                    template.save(new Account("a", "ann", 1));
                    sleep(Duration.ofMillis(1100));
                    template.save(new Account("b", "bob", 1));
                }))
                .isInstanceOf(TransactionTimedOutException.class);
        assertThatThrownBy(() -> tx.executeWithoutResult(status -> {
                    template.save(new Account("a", "ann", 1));
                    sleep(Duration.ofMillis(1100));
                }))
                .isInstanceOf(TransactionTimedOutException.class);
        assertThat(balance("a")).isEqualTo(10);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void version_eachSave_countsUpAndStaleOneFails() {
        Versioned first = template.save(new Versioned("v", "one", null));
        assertThat(first.version()).isEqualTo(1L);
        Versioned second = template.save(new Versioned("v", "two", first.version()));
        assertThat(second.version()).isEqualTo(2L);
        assertThatThrownBy(() -> template.save(new Versioned("v", "stale", 1L)))
                .isInstanceOf(OptimisticLockingFailureException.class)
                .hasMessageContaining("version 2");
        assertThatThrownBy(() -> template.delete(first)).isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(template.delete(second)).isTrue();
        assertThatThrownBy(() -> template.save(second)).isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(Optional.ofNullable(template.findById("v", Versioned.class))).isEmpty();
    }

    @Test
    void version_newWithTakenId_isDuplicate() {
        template.save(new Versioned("v", "one", null));
        assertThatThrownBy(() -> template.save(new Versioned("v", "two", null)))
                .isInstanceOf(DuplicateKeyException.class);
        assertThatThrownBy(() -> template.save(new Versioned("v", "two", 0L)))
                .isInstanceOf(DuplicateKeyException.class);
    }

    @Test
    void version_concurrentSaves_oneWins() {
        Versioned read = template.save(new Versioned("v", "one", null));
        long won = Stream.of(1, 2, 3, 4, 5, 6, 7, 8)
                .parallel()
                .filter(i -> {
                    try {
                        template.save(new Versioned("v", "by " + i, read.version()));
                        return true;
                    } catch (OptimisticLockingFailureException e) {
                        return false;
                    }
                })
                .count();
        assertThat(won).isEqualTo(1);
        assertThat(template.findById("v", Versioned.class).version()).isEqualTo(2L);
    }

    @Test
    void manyAtOnce_everyForm_isOneCommit() throws InterruptedException {
        ChangeFeed feed = database.db().changes();
        List<Account> many = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            many.add(new Account("m" + i, "many", i));
        }
        template.saveAll(many);
        template.deleteAll(many);
        template.insertAll(many);
        template.update(Account.class)
                .matching(c -> c.eq("owner", "many"))
                .increment("balance", 1)
                .all();
        template.delete(Account.class).matching(c -> c.eq("owner", "many")).all();
        for (String form : List.of("saveAll", "deleteAll", "insertAll", "update", "delete")) {
            CommittedChanges commit = feed.poll(Duration.ofSeconds(60));
            assertThat(commit).as(form).isNotNull();
            assertThat(commit.changes()).as(form).hasSize(50);
        }
        assertThat(feed.poll(Duration.ZERO)).isNull();
    }

    @Test
    void saveAll_oneBad_storesNone() {
        Versioned taken = template.save(new Versioned("v", "one", null));
        assertThatThrownBy(() ->
                        template.saveAll(List.of(new Versioned("w", "new", null), new Versioned("v", "again", null))))
                .isInstanceOf(DuplicateKeyException.class);
        assertThat(template.count(FlowDbQuery.all(), Versioned.class)).isEqualTo(1);
        assertThat(template.saveAll(List.of(taken, new Versioned("w", "new", null))))
                .extracting(Versioned::version)
                .containsExactly(2L, 1L);
    }

    /**
     * What had been written before the failure stayed in the transaction, and was committed where the failure was
     * caught.
     */
    @Test
    void severalAtOnce_failedAndCaughtInATransaction_leaveNothing() {
        tx().executeWithoutResult(status -> {
            template.insert(new Account("before", "ann", 1));
            assertThatThrownBy(
                            () -> template.insertAll(List.of(new Account("c", "cid", 3), new Account("a", "ann", 4))))
                    .isInstanceOf(DuplicateKeyException.class);
            assertThat(template.existsById("c", Account.class)).isFalse();
            template.insert(new Account("max", "max", Long.MAX_VALUE));
            assertThatThrownBy(() -> template.update(Account.class)
                            .increment("balance", 1)
                            .all())
                    .isInstanceOf(InvalidDataAccessApiUsageException.class);
            assertThatThrownBy(() -> template.executeAtomically(List.of("accounts"), documents -> {
                        documents.clear("accounts");
                        throw new IllegalStateException("after all");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            template.insert(new Account("after", "bob", 2));
        });
        assertThat(template.find(FlowDbQuery.all(), Account.class))
                .extracting(Account::id)
                .containsExactly("a", "after", "b", "before", "max");
        assertThat(balance("a")).isEqualTo(10);
    }

    @Test
    void changes_polledWithWaitsOfAnyLength_areGivenAtOnce() throws InterruptedException {
        EntityChanges<Account> changes = template.changes(Account.class);
        assertThat(changes.poll(Duration.ofSeconds(Long.MIN_VALUE))).isNull();
        template.insert(new Account("new", "ann", 1));
        assertThat(changes.poll(Duration.ofSeconds(Long.MAX_VALUE))).isNotNull();
    }
}
