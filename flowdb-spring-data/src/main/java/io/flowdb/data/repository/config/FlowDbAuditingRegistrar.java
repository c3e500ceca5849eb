package io.flowdb.data.repository.config;

import io.flowdb.data.core.AuditingEntityCallback;
import io.flowdb.data.mapping.FlowDbMappingContext;
import java.lang.annotation.Annotation;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.data.auditing.IsNewAwareAuditingHandler;
import org.springframework.data.auditing.config.AuditingBeanDefinitionRegistrarSupport;
import org.springframework.data.auditing.config.AuditingConfiguration;
import org.springframework.data.config.ParsingUtils;
import org.springframework.data.repository.config.PersistentEntitiesFactoryBean;

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
        return configureDefaultAuditHandlerAttributes(
                configuration, BeanDefinitionBuilder.rootBeanDefinition(IsNewAwareAuditingHandler.class));
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
}
