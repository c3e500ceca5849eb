package io.flowdb.boot.data;

import java.util.Arrays;
import java.util.List;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

/**
 * Repositories and annotations refer to some beans by name. An application that declares its own bean of the type by
 * another name gets an alias, if it is clear which bean is meant: the only one, or the primary one; beans that are no
 * default candidates count where there is no other. Threads: the one that starts the context.
 */
final class ReferredBean implements BeanFactoryPostProcessor {
    private final String name;
    private final Class<?> type;

    ReferredBean(String name, Class<?> type) {
        this.name = name;
        this.type = type;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        if (beans.containsBean(name)) {
            return;
        }
        List<String> all = Arrays.asList(beans.getBeanNamesForType(type, true, false));
        List<String> defaults =
                all.stream().filter(candidate -> isCandidate(candidate, beans)).toList();
        List<String> candidates = defaults.isEmpty() ? all : defaults;
        List<String> primary = candidates.stream()
                .filter(candidate -> beans.containsBeanDefinition(candidate)
                        && beans.getMergedBeanDefinition(candidate).isPrimary())
                .toList();
        if (candidates.size() == 1) {
            beans.registerAlias(candidates.get(0), name);
        } else if (primary.size() == 1) {
            beans.registerAlias(primary.get(0), name);
        }
    }

    private static boolean isCandidate(String candidate, ConfigurableListableBeanFactory beans) {
        if (!beans.containsBeanDefinition(candidate)) {
            return true; // an object that was registered
        }
        BeanDefinition definition = beans.getMergedBeanDefinition(candidate);
        return definition.isAutowireCandidate()
                && (!(definition instanceof AbstractBeanDefinition bean) || bean.isDefaultCandidate());
    }
}
