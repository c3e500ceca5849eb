package io.flowdb.boot.data;

import io.flowdb.boot.FlowDb;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.json.JsonDB;
import java.util.Objects;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizers;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.transaction.TransactionManager;

/**
 * Auto-configuration of transactions on FlowDB.
 *
 * <p>Alone, FlowDB's manager is the one behind {@code @Transactional}. Beside the manager of another store it is found
 * by name and qualifier only, so that plain {@code @Transactional} keeps meaning the other store; see
 * {@link FlowDbTransactional}.
 */
@AutoConfiguration(
        after = {FlowDbDataAutoConfiguration.class, TransactionManagerCustomizationAutoConfiguration.class},
        before = TransactionAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.data.neo4j.autoconfigure.DataNeo4jAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.transaction.jta.autoconfigure.JtaAutoConfiguration"
        })
@ConditionalOnBean(CurrentDocuments.class)
public final class FlowDbTransactionAutoConfiguration {
    /*
     * The managers of JPA, JDBC and Neo4j back off from any manager that exists. This one therefore comes after all of
     * them, and leaves them the role of the default.
     */

    /** Name of the transaction manager's bean. */
    static final String TRANSACTION_MANAGER = "flowDbTransactionManager";

    FlowDbTransactionAutoConfiguration() {}

    @Bean
    static ReferredBean flowDbTransactionManagerByName() {
        return new ReferredBean(TRANSACTION_MANAGER, FlowDbTransactionManager.class);
    }

    @Bean
    static DefaultManagerCheck flowDbDefaultManagerCheck() {
        return new DefaultManagerCheck();
    }

    private static FlowDbTransactionManager manager(
            CurrentDocuments documents, ObjectProvider<TransactionManagerCustomizers> customizers) {
        FlowDbTransactionManager manager = new FlowDbTransactionManager(documents);
        customizers.ifAvailable(all -> all.customize(manager));
        return manager;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(TransactionManager.class)
    static class Alone {
        @Bean(TRANSACTION_MANAGER)
        FlowDbTransactionManager flowDbTransactionManager(
                CurrentDocuments documents, ObjectProvider<TransactionManagerCustomizers> customizers) {
            return manager(documents, customizers);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(TransactionManager.class)
    @ConditionalOnMissingBean(value = FlowDbTransactionManager.class, name = TRANSACTION_MANAGER)
    @Conditional(NotDeclared.class)
    static class BesideAnother {
        @Bean(name = TRANSACTION_MANAGER, defaultCandidate = false)
        FlowDbTransactionManager flowDbTransactionManager(
                CurrentDocuments documents, ObjectProvider<TransactionManagerCustomizers> customizers) {
            return manager(documents, customizers);
        }
    }

    /**
     * Matches unless the application declares one manager, be it no default candidate, and has one engine. Beside a
     * second engine it may be the one of that, so there the name decides.
     */
    static final class NotDeclared extends SpringBootCondition implements ConfigurationCondition {
        @Override
        public ConfigurationPhase getConfigurationPhase() {
            return ConfigurationPhase.REGISTER_BEAN;
        }

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            ListableBeanFactory beans = Objects.requireNonNull(context.getBeanFactory());
            boolean declared = count(FlowDbTransactionManager.class, beans) == 1
                    && count(FlowDb.class, beans) <= 1
                    && count(JsonDB.class, beans) <= 1;
            return new ConditionOutcome(
                    !declared, declared ? "a FlowDbTransactionManager of any name" : "no such manager, or two engines");
        }

        private static int count(Class<?> type, ListableBeanFactory beans) {
            return beans.getBeanNamesForType(type, true, false).length;
        }
    }
}
