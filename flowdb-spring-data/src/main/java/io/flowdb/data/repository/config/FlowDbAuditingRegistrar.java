package io.flowdb.data.repository.config;

import io.flowdb.data.core.AuditingEntityCallback;
import io.flowdb.data.mapping.FlowDbMappingContext;
import java.lang.annotation.Annotation;
import java.time.temporal.TemporalAccessor;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.data.auditing.CurrentDateTimeProvider;
import org.springframework.data.auditing.DateTimeProvider;
import org.springframework.data.auditing.IsNewAwareAuditingHandler;
import org.springframework.data.auditing.config.AuditingBeanDefinitionRegistrarSupport;
import org.springframework.data.auditing.config.AuditingConfiguration;
import org.springframework.data.config.ParsingUtils;
import org.springframework.data.domain.AuditorAware;
import org.springframework.data.repository.config.PersistentEntitiesFactoryBean;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Registers what {@link EnableFlowDbAuditing} asks for: a handler on FlowDB's entities and the callback that calls it.
 */
final class FlowDbAuditingRegistrar extends AuditingBeanDefinitionRegistrarSupport {

    private static final String HANDLER = "flowDbAuditingHandler";

    @Override
    protected Class<? extends Annotation> getAnnotation() {
        return EnableFlowDbAuditing.class;
    }

    @Override
    protected String getAuditingHandlerBeanName() {
        return HANDLER;
    }

    @Override
    protected BeanDefinitionBuilder getAuditHandlerBeanDefinitionBuilder(AuditingConfiguration configuration) {
        BeanDefinitionBuilder handler = configureDefaultAuditHandlerAttributes(
                configuration, BeanDefinitionBuilder.rootBeanDefinition(IsNewAwareAuditingHandler.class));
        handler.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_NO); // ahead of time, any other mode is lost
        if (!StringUtils.hasText(configuration.getAuditorAwareRef())) {
            handler.addPropertyValue("auditorAware", new RootBeanDefinition(AnyAuditor.class));
        }
        if (!StringUtils.hasText(configuration.getDateTimeProviderRef())) {
            handler.addPropertyValue("dateTimeProvider", new RootBeanDefinition(AnyClock.class));
        }
        return handler;
    }

    @Override
    protected void postProcess(
            BeanDefinitionBuilder builder, AuditingConfiguration configuration, BeanDefinitionRegistry registry) {
        AbstractBeanDefinition entities = BeanDefinitionBuilder.genericBeanDefinition(
                        PersistentEntitiesFactoryBean.class)
                .addConstructorArgValue(new RuntimeBeanReference(FlowDbMappingContext.class))
                .getBeanDefinition();
        builder.addConstructorArgValue(entities);
    }

    @Override
    protected void registerAuditListenerBeanDefinition(BeanDefinition handler, BeanDefinitionRegistry registry) {
        BeanDefinitionBuilder callback = BeanDefinitionBuilder.rootBeanDefinition(AuditingEntityCallback.class);
        callback.addConstructorArgValue(
                ParsingUtils.getObjectFactoryBeanDefinition(getAuditingHandlerBeanName(), registry));
        registerInfrastructureBeanWithId(
                callback.getBeanDefinition(), AuditingEntityCallback.class.getName(), registry);
    }

    /** The auditor of the only {@code AuditorAware} bean, found at the first call; none without such a bean. */
    static final class AnyAuditor implements AuditorAware<Object> {
        private final Supplier<@Nullable AuditorAware<?>> bean;

        AnyAuditor(ObjectProvider<AuditorAware<?>> beans) {
            this.bean = SingletonSupplier.ofNullable(beans::getIfAvailable);
        }

        @Override
        public Optional<Object> getCurrentAuditor() {
            return Optional.ofNullable(bean.get()).flatMap(AuditorAware::getCurrentAuditor);
        }
    }

    /** The time of the only {@code DateTimeProvider} bean, found at the first call; else that of the clock. */
    static final class AnyClock implements DateTimeProvider {
        private final Supplier<DateTimeProvider> bean;

        AnyClock(ObjectProvider<DateTimeProvider> beans) {
            this.bean = SingletonSupplier.of(() -> beans.getIfAvailable(() -> CurrentDateTimeProvider.INSTANCE));
        }

        @Override
        public Optional<TemporalAccessor> getNow() {
            return bean.get().getNow();
        }
    }
}
