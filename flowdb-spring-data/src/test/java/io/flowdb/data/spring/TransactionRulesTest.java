package io.flowdb.data.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Annotated services: which failures roll back, what each propagation does with none running, and conflicts repeated.
 */
class TransactionRulesTest {

    @ObjectStore
    record Score(@Id String id, int points) {}

    interface Scores extends FlowDbRepository<Score, String> {}

    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    static class Game {
        private final Scores scores;

        Game(Scores scores) {
            this.scores = scores;
        }

        @Transactional
        public void rules(Step after) throws Exception {
            scores.save(new Score("rules", 1));
            after.run();
        }

        @Transactional(rollbackFor = IOException.class, noRollbackFor = IllegalStateException.class)
        public void otherRules(Step after) throws Exception {
            rules(after);
        }

        @Transactional(propagation = Propagation.SUPPORTS)
        public void supports(Step after) throws Exception {
            assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                    .isFalse();
            rules(after);
        }

        @Transactional(propagation = Propagation.NESTED)
        public void nested(Step after) throws Exception {
            rules(after);
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void requiresNew(Step after) throws Exception {
            rules(after);
        }

        @Transactional(propagation = Propagation.NOT_SUPPORTED)
        public void notSupported(Step after) throws Exception {
            rules(after);
        }

        @Transactional(readOnly = true)
        public void readOnly(Step step) throws Exception {
            step.run();
        }

        /** The retry is outside the transaction, so each attempt has a new one. */
        @Retryable(includes = ConcurrencyFailureException.class, maxRetries = 1000, delay = 0)
        @Transactional
        public int add(String id, int points, Runnable meanwhile) {
            Score read = scores.findById(id).orElseThrow();
            meanwhile.run();
            return scores.save(new Score(id, read.points() + points)).points();
        }

        @Transactional
        public int addOnce(String id, int points, Runnable meanwhile) {
            return add(id, points, meanwhile);
        }
    }

    @Configuration
    @EnableResilientMethods
    @EnableFlowDbRepositories(considerNestedRepositories = true)
    static class Application extends InMemoryConfiguration {
        @Bean
        Game game(Scores scores) {
            return new Game(scores);
        }
    }

    private static AnnotationConfigApplicationContext context;
    private static Scores scores;
    private static Game game;

    @BeforeAll
    static void start() {
        context = new AnnotationConfigApplicationContext(Application.class);
        scores = context.getBean(Scores.class);
        game = context.getBean(Game.class);
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @BeforeEach
    void clean() {
        scores.deleteAll();
    }

    private static void failing(Exception failure, Step step) {
        assertThatThrownBy(step::run).isSameAs(failure);
    }

    private static Step fail(Exception failure) {
        return () -> {
            throw failure;
        };
    }

    private static boolean written() {
        boolean there = scores.existsById("rules");
        scores.deleteAll();
        return there;
    }

    @Test
    void rollbackRules_eachKindOfFailure_followTheAnnotation() {
        IllegalStateException unchecked = new IllegalStateException("unchecked");
        IOException checked = new IOException("checked");
        failing(unchecked, () -> game.rules(fail(unchecked)));
        assertThat(written()).as("unchecked rolls back").isFalse();
        failing(checked, () -> game.rules(fail(checked)));
        assertThat(written()).as("checked commits").isTrue();
        failing(unchecked, () -> game.otherRules(fail(unchecked)));
        assertThat(written()).as("noRollbackFor commits").isTrue();
        failing(checked, () -> game.otherRules(fail(checked)));
        assertThat(written()).as("rollbackFor rolls back").isFalse();
    }

    @Test
    void propagation_withNoneRunning_beginsOneOrNot() {
        IllegalStateException failure = new IllegalStateException("later");
        failing(failure, () -> game.supports(fail(failure)));
        assertThat(written()).as("supports: no transaction").isTrue();
        failing(failure, () -> game.notSupported(fail(failure)));
        assertThat(written()).as("not supported: no transaction").isTrue();
        failing(failure, () -> game.nested(fail(failure)));
        assertThat(written()).as("nested: a transaction").isFalse();
        failing(failure, () -> game.requiresNew(fail(failure)));
        assertThat(written()).as("requires new: a transaction").isFalse();
    }

    @Test
    void suspended_resumedAfterInnerFailure_commitsItsOwn() throws Exception {
        IllegalStateException failure = new IllegalStateException("inner");
        List<String> seen = new ArrayList<>();
        game.requiresNew(() -> {
            failing(failure, () -> game.requiresNew(fail(failure)));
            failing(
                    failure,
                    () -> game.notSupported(() -> {
                        seen.add("outside: " + TransactionSynchronizationManager.isActualTransactionActive());
                        throw failure;
                    }));
            seen.add("resumed: " + TransactionSynchronizationManager.isActualTransactionActive());
            scores.save(new Score("after", 1));
        });
        assertThat(seen).containsExactly("outside: false", "resumed: true");
        assertThat(scores.existsById("after")).isTrue();
    }

    @Test
    void readOnly_seesOneState_andInnerOneOfItsOwnMayWrite() throws Exception {
        scores.save(new Score("a", 1));
        game.readOnly(() -> {
            game.requiresNew(() -> scores.save(new Score("a", 2)));
            assertThat(scores.findById("a")).contains(new Score("a", 1));
            assertThat(scores.existsById("rules")).isFalse();
        });
        assertThatThrownBy(() -> game.readOnly(() -> scores.save(new Score("a", 3))))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThat(scores.findById("a")).contains(new Score("a", 2));
    }

    @Test
    void retryable_conflict_isRepeatedInANewTransaction() {
        scores.save(new Score("a", 1));
        AtomicInteger attempts = new AtomicInteger();
        int points = game.add("a", 10, () -> {
            if (attempts.incrementAndGet() <= 2) {
                CompletableFuture.runAsync(() -> scores.save(new Score("a", 100 * attempts.get())))
                        .join();
            }
        });
        assertThat(attempts).hasValue(3);
        assertThat(points).isEqualTo(210);
        assertThat(scores.findById("a")).contains(new Score("a", 210));
    }

    @Test
    void withoutRetry_conflict_reachesTheCaller() {
        scores.save(new Score("a", 1));
        assertThatThrownBy(() -> game.addOnce(
                        "a",
                        1,
                        () -> CompletableFuture.runAsync(() -> scores.save(new Score("a", 5)))
                                .join()))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(scores.findById("a")).contains(new Score("a", 5));
    }

    @Test
    void retryable_manyThreads_loseNothing() {
        scores.save(new Score("a", 0));
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 25; i++) {
                    game.add("a", 1, () -> {});
                }
            }));
        }
        threads.forEach(CompletableFuture::join);
        assertThat(scores.findById("a")).contains(new Score("a", 100));
    }
}
