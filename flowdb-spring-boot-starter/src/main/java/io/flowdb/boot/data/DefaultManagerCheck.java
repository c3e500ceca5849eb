package io.flowdb.boot.data;

import io.flowdb.data.core.FlowDbTransactionManager;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.transaction.TransactionManager;
import org.springframework.util.ClassUtils;

/**
 * Warns where FlowDB's manager is the only one though there is another store. Spring Boot's managers for JPA and JDBC
 * make way for any other, so this is what a manager of the application comes to that is a default candidate. Threads:
 * the one that starts the context.
 */
final class DefaultManagerCheck implements BeanFactoryPostProcessor {
    private static final Logger log = LoggerFactory.getLogger(DefaultManagerCheck.class);

    /** By name, as neither need be on the class path. */
    private static final List<String> OTHER_STORES =
            List.of("jakarta.persistence.EntityManagerFactory", "javax.sql.DataSource");

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        String[] managers = names(TransactionManager.class, beans);
        String store = managers.length == 1 && beans.isTypeMatch(managers[0], FlowDbTransactionManager.class)
                ? otherStore(beans)
                : null;
        if (store != null) {
            log.warn(
                    "Plain @Transactional means FlowDB, and the bean '{}' has no transactions: '{}' is the only"
                            + " transaction manager. If the application declares it, @Bean(defaultCandidate = false)"
                            + " lets Spring Boot add the other one; if not, declare the other one.",
                    store,
                    managers[0]);
        }
    }

    private static @Nullable String otherStore(ConfigurableListableBeanFactory beans) {
        for (String type : OTHER_STORES) {
            if (ClassUtils.isPresent(type, beans.getBeanClassLoader())) {
                Class<?> store = ClassUtils.resolveClassName(type, beans.getBeanClassLoader());
                String[] names = names(store, beans);
                if (names.length > 0) {
                    return names[0];
                }
            }
        }
        return null;
    }

    private static String[] names(Class<?> type, ConfigurableListableBeanFactory beans) {
        return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, type, true, false);
    }
}
