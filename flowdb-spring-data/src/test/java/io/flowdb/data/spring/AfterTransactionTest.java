package io.flowdb.data.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.PageRequest;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What listeners to the end of a transaction may do. Every use of a repository by one failed with "Transaction was
 * already committed", which Spring only logs: the listener, and whoever relied on it, was stopped in silence.
 */
class AfterTransactionTest {

    @ObjectStore("orders")
    record Order(@Id String id, @Indexed String customer) {}

    interface Orders extends FlowDbRepository<Order, String> {
        List<Order> findByCustomer(String customer);

        Stream<Order> streamByCustomer(String customer);
    }

    record Placed(String customer) {}

    static class Listener {
        final List<Object> committed = new ArrayList<>();
        final List<Object> rolledBack = new ArrayList<>();
        private final Orders orders;

        Listener(Orders orders) {
            this.orders = orders;
        }

        @TransactionalEventListener
        void onCommit(Placed event) {
            committed.add(orders.findByCustomer(event.customer()));
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
        void onRollback(Placed event) {
            rolledBack.add(orders.findByCustomer(event.customer()));
        }
    }

    @Configuration
    @EnableFlowDbRepositories(considerNestedRepositories = true)
    static class Application extends InMemoryConfiguration {
        @Bean
        Listener listener(Orders orders) {
            return new Listener(orders);
        }
    }

    private final AnnotationConfigApplicationContext context =
            new AnnotationConfigApplicationContext(Application.class);
    private final Orders orders = context.getBean(Orders.class);
    private final TransactionTemplate transaction =
            new TransactionTemplate(context.getBean(PlatformTransactionManager.class));

    @BeforeEach
    void store() {
        orders.save(new Order("0", "eve"));
    }

    @AfterEach
    void close() {
        context.close();
    }

    private void inTransactionThen(Runnable afterCommit) {
        transaction.executeWithoutResult(status -> {
            orders.save(new Order("1", "ann"));
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    afterCommit.run();
                }
            });
        });
    }

    @Test
    void listeners_toTheEnd_readWhatIsStored() {
        Listener listener = context.getBean(Listener.class);
        transaction.executeWithoutResult(status -> {
            orders.save(new Order("1", "ann"));
            context.publishEvent(new Placed("ann"));
        });
        assertThat(listener.committed).containsExactly(List.of(new Order("1", "ann")));
        transaction.executeWithoutResult(status -> {
            orders.save(new Order("2", "ann"));
            context.publishEvent(new Placed("ann"));
            status.setRollbackOnly();
        });
        assertThat(listener.rolledBack).containsExactly(List.of(new Order("1", "ann")));
    }

    @Test
    void read_afterCommit_seesTheNewestState() {
        FlowDbTemplate template = context.getBean(FlowDbTemplate.class);
        inTransactionThen(() -> {
            TransactionTemplate other = new TransactionTemplate(transaction.getTransactionManager());
            other.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
            other.executeWithoutResult(status -> orders.save(new Order("2", "ann")));
            assertThat(orders.findByCustomer("ann")).hasSize(2);
            assertThat(orders.findById("1")).isPresent();
            assertThat(orders.existsById("2")).isTrue();
            assertThat(orders.count()).isEqualTo(3);
            assertThat(orders.findAllById(List.of("1", "2"))).hasSize(2);
            assertThat(orders.findAll(PageRequest.of(0, 1)).getTotalElements()).isEqualTo(3);
            assertThat(template.findById("2", Order.class)).isEqualTo(new Order("2", "ann"));
            try (Stream<Order> stream = orders.streamByCustomer("ann")) {
                assertThat(stream).hasSize(2);
            }
        });
        assertThat(orders.count()).isEqualTo(3);
    }

    /**
     * A write would be part of nothing: not of the transaction that has ended, nor, with others beside it, of one of
     * its own.
     */
    @Test
    void write_afterCommit_isRefusedOutsideOfATransactionOfItsOwn() {
        inTransactionThen(() -> {
            for (Runnable write : List.<Runnable>of(
                    () -> orders.save(new Order("2", "ann")),
                    () -> orders.insert(new Order("2", "ann")),
                    () -> orders.saveAll(List.of(new Order("2", "ann"), new Order("3", "ann"))),
                    () -> orders.deleteById("0"),
                    () -> orders.delete(new Order("0", "eve")),
                    orders::deleteAll)) {
                assertThatThrownBy(write::run)
                        .isInstanceOf(InvalidDataAccessApiUsageException.class)
                        .hasMessageContaining("already committed")
                        .hasMessageContaining("REQUIRES_NEW");
            }
        });
        assertThat(orders.findAll()).containsExactly(new Order("0", "eve"), new Order("1", "ann"));
    }

    /** Was told how to write after the commit. */
    @Test
    void stream_readAfterTheEnd_saysWhereItHasToBeRead() {
        List<Stream<Order>> opened = new ArrayList<>();
        transaction.executeWithoutResult(status -> {
            opened.add(orders.stream());
            opened.add(orders.streamByCustomer("eve"));
        });
        transaction.executeWithoutResult(status -> {
            opened.add(orders.stream());
            status.setRollbackOnly();
        });
        for (Stream<Order> stream : opened) {
            assertThatThrownBy(stream::toList)
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("within the transaction")
                    .hasMessageNotContaining("REQUIRES_NEW");
        }
    }
}
