package io.flowdb.boot.data;

import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.repository.support.FlowDbRepositoryFactoryBean;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanReference;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.data.repository.core.support.AbstractRepositoryMetadata;

/**
 * The entities of repositories on one template, as the definitions of their beans tell: none is made for it, so it does
 * not matter which are there already. Threads: any.
 */
final class RepositoryEntities {
    private final ConfigurableListableBeanFactory beans;
    private final Set<String> namesOfTemplate;

    private RepositoryEntities(ConfigurableListableBeanFactory beans, Set<String> namesOfTemplate) {
        this.beans = beans;
        this.namesOfTemplate = namesOfTemplate;
    }

    static List<Class<?>> on(String template, ConfigurableListableBeanFactory beans) {
        Set<String> names = new HashSet<>(Arrays.asList(beans.getAliases(template)));
        names.add(template);
        return new RepositoryEntities(beans, names).entities();
    }

    private List<Class<?>> entities() {
        return Arrays.stream(beans.getBeanNamesForType(FlowDbRepositoryFactoryBean.class, true, false))
                .map(BeanFactoryUtils::transformedBeanName)
                .filter(this::isOnTemplate)
                .map(this::entity)
                .filter(Objects::nonNull)
                .<Class<?>>map(type -> type)
                .toList();
    }

    private boolean isOnTemplate(String repository) {
        Object operations = beans.containsBeanDefinition(repository)
                ? beans.getMergedBeanDefinition(repository).getPropertyValues().get("flowDbOperations")
                : null;
        return operations instanceof BeanReference reference
                ? namesOfTemplate.contains(reference.getBeanName())
                : isOnlyTemplate(); // a repository that code of the application makes
    }

    private boolean isOnlyTemplate() {
        return beans.getBeanNamesForType(FlowDbOperations.class, true, false).length == 1;
    }

    private @Nullable Class<?> entity(String repository) {
        Class<?> type = beans.getType(repository, false);
        return type == null || !type.isInterface()
                ? null
                : AbstractRepositoryMetadata.getMetadata(type).getDomainType();
    }
}
