package io.flowdb.boot.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbAutoConfiguration;
import io.flowdb.boot.data.FlowDbDataAutoConfiguration;
import io.flowdb.boot.data.FlowDbTransactionAutoConfiguration;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.json.JsonDB;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

class TransactionObservationsTest {

    /** Its names and tags fail so many times. */
    private static final class Failing implements FlowDbTransactionConvention {
        private final AtomicInteger rest;

        Failing(int times) {
            rest = new AtomicInteger(times);
        }

        @Override
        public KeyValues getLowCardinalityKeyValues(FlowDbTransactionContext context) {
            if (rest.getAndDecrement() > 0) {
                throw new IllegalStateException("no tags today");
            }
            return KeyValues.empty();
        }
    }

    /**
     * A convention that failed broke the transaction off at its begin, which left it with its thread: what was saved
     * there afterwards was never committed.
     */
    @Test
    void convention_thatFails_changesNothingForTransactions() {
        List<String> ended = new ArrayList<>();
        runner(ended)
                .withBean(FlowDbTransactionConvention.class, () -> new Failing(3))
                .run(context -> {
                    JsonDB database = context.getBean(FlowDb.class).documents();
                    database.createObjectStore("notes", "id");
                    for (int i = 0; i < 5; i++) {
                        put(context, i);
                        assertThat(TransactionSynchronizationManager.getResourceMap())
                                .isEmpty();
                        assertThat(TransactionSynchronizationManager.isSynchronizationActive())
                                .isFalse();
                        assertThat(database.count("notes")).isEqualTo(i + 1);
                    }
                    assertThat(context.getBean(ObservationRegistry.class).getCurrentObservation())
                            .isNull();
                    assertThat(ended).isNotEmpty();
                });
    }

    /** It was found out by the first transaction. */
    @Test
    void conventions_two_stopTheStart() {
        runner(new ArrayList<>())
                .withBean("a", FlowDbTransactionConvention.class, () -> new Failing(0))
                .withBean("b", FlowDbTransactionConvention.class, () -> new Failing(0))
                .run(context -> assertThat(context).getFailure().isInstanceOf(NoUniqueBeanDefinitionException.class));
    }

    private static void put(ApplicationContext context, int id) {
        TransactionTemplate template = new TransactionTemplate(context.getBean(FlowDbTransactionManager.class));
        template.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRED);
        JsonDB database = context.getBean(FlowDb.class).documents();
        template.executeWithoutResult(status ->
                database.put("notes", JsonMapper.shared().createObjectNode().put("id", id)));
    }

    private static ApplicationContextRunner runner(List<String> ended) {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new io.micrometer.observation.ObservationHandler<>() {
            @Override
            public void onStop(Observation.Context context) {
                ended.add(String.valueOf(context.getName()));
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        FlowDbAutoConfiguration.class,
                        FlowDbDataAutoConfiguration.class,
                        FlowDbTransactionAutoConfiguration.class,
                        FlowDbObservationAutoConfiguration.class))
                .withBean(ObservationRegistry.class, () -> registry)
                .withPropertyValues("flowdb.in-memory=true");
    }
}
