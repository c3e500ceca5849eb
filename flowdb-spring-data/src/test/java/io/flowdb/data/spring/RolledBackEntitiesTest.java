package io.flowdb.data.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.annotation.Version;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What a transaction gave to mutable entities goes with it. An entity whose save failed at the commit, for a taken
 * e-mail address say, kept id and version: corrected and saved again it was told that somebody had deleted it.
 */
class RolledBackEntitiesTest {

    @ObjectStore("members")
    static class Member {
        @Nullable
        @Id
        Long id;

        @Nullable
        @Version
        Integer version;

        @Indexed(unique = true)
        String email;

        Member(String email) {
            this.email = email;
        }
    }

    interface Members extends FlowDbRepository<Member, Long> {}

    @Configuration
    @EnableFlowDbRepositories(considerNestedRepositories = true)
    static class Application extends InMemoryConfiguration {}

    private final AnnotationConfigApplicationContext context =
            new AnnotationConfigApplicationContext(Application.class);
    private final Members members = context.getBean(Members.class);
    private final FlowDbTemplate template = context.getBean(FlowDbTemplate.class);

    @AfterEach
    void close() {
        context.close();
    }

    private TransactionTemplate transaction(int propagation) {
        TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        transaction.setPropagationBehavior(propagation);
        return transaction;
    }

    private TransactionTemplate transaction() {
        return transaction(TransactionDefinition.PROPAGATION_REQUIRED);
    }

    private static void assertUnsaved(Member member) {
        assertThat(member.id).isNull();
        assertThat(member.version).isNull();
    }

    @Test
    void save_refusedAtTheCommit_mayBeCorrected() {
        members.save(new Member("taken"));
        Member one = new Member("taken");
        Member other = new Member("other");
        assertThatThrownBy(() -> members.save(one)).isInstanceOf(DuplicateKeyException.class);
        assertUnsaved(one);
        assertThatThrownBy(() -> members.saveAll(List.of(other, one))).isInstanceOf(DuplicateKeyException.class);
        assertUnsaved(one);
        assertUnsaved(other);
        one.email = "free";
        members.saveAll(List.of(other, one));
        assertThat(one.version).isEqualTo(1);
        one.email = "taken";
        assertThatThrownBy(() -> members.save(one)).isInstanceOf(DuplicateKeyException.class);
        assertThat(one.version).isEqualTo(1);
        one.email = "free again";
        members.save(one);
        assertThat(members.findById(one.id).orElseThrow().email).isEqualTo("free again");
        assertThat(members.count()).isEqualTo(3);
    }

    @Test
    void rollback_takesBackAllThatTheTransactionGave() {
        Member stored = members.save(new Member("stored"));
        Member saved = new Member("saved");
        Member touched = new Member("touched");
        transaction().executeWithoutResult(status -> {
            members.save(saved);
            members.save(saved);
            members.save(saved);
            members.save(stored);
            members.save(touched);
            touched.version = null;
            touched.id = 77L;
            assertThat(saved.version).isEqualTo(3);
            status.setRollbackOnly();
        });
        assertUnsaved(saved);
        assertThat(stored.version).isEqualTo(1);
        assertThat(touched.id).as("what the caller set").isEqualTo(77);
        members.saveAll(List.of(saved, stored));
        assertThat(members.count()).isEqualTo(2);
    }

    @Test
    void rollback_ofAPart_takesBackWhatThatGave() {
        Member before = new Member("before");
        Member within = new Member("within");
        Member after = new Member("after");
        transaction().executeWithoutResult(status -> {
            members.save(before);
            transaction(TransactionDefinition.PROPAGATION_NESTED).executeWithoutResult(inner -> {
                members.saveAll(List.of(before, within));
                inner.setRollbackOnly();
            });
            assertUnsaved(within);
            assertThatThrownBy(() -> template.executeAtomically(List.of("members"), documents -> {
                        template.saveAll(List.of(before, within));
                        throw new IllegalStateException("after all");
                    }))
                    .hasMessage("after all");
            assertUnsaved(within);
            assertThat(before.version).isEqualTo(1);
            members.saveAll(List.of(before, after));
        });
        assertThat(before.version).isEqualTo(2);
        assertThat(members.findAll()).extracting(member -> member.email).containsExactly("before", "after");
    }

    /** The attempt after a conflict, with the same entity. */
    @Test
    void conflict_takesBackWhatTheTransactionGave() {
        Member counted = members.save(new Member("counted"));
        Member saved = new Member("saved");
        Runnable attempt = () -> transaction().executeWithoutResult(status -> {
            members.count();
            members.save(saved);
            if (counted.version == 1) {
                CompletableFuture.runAsync(() -> members.save(counted)).join();
            }
        });
        assertThatThrownBy(attempt::run).isInstanceOf(OptimisticLockingFailureException.class);
        assertUnsaved(saved);
        attempt.run();
        assertThat(saved.version).isEqualTo(1);
        assertThat(members.count()).isEqualTo(2);
    }

    /** Without a conflict that anybody hears of: the transaction is made again, and the entity keeps its id. */
    @Test
    void conflict_repeated_keepsWhatTheTransactionGave() {
        Member saved = new Member("saved");
        transaction().executeWithoutResult(status -> {
            members.save(saved);
            CompletableFuture.runAsync(() -> members.save(new Member("other"))).join();
        });
        assertThat(members.findById(saved.id).orElseThrow().email).isEqualTo("saved");
    }

    @Test
    void timeout_atTheCommit_takesBackWhatTheTransactionGave() {
        Member saved = new Member("saved");
        TransactionTemplate transaction = transaction();
        transaction.setTimeout(1);
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    members.save(saved);
                    CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(1100, TimeUnit.MILLISECONDS))
                            .join();
                }))
                .isInstanceOf(TransactionTimedOutException.class);
        assertUnsaved(saved);
    }
}
