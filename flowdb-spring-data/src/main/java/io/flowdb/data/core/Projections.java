package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import java.util.function.Function;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.data.convert.DtoInstantiatingConverter;
import org.springframework.data.mapping.model.EntityInstantiators;
import org.springframework.data.projection.SpelAwareProxyProjectionFactory;

/** Entities as what a query wants them to be returned as. Threads: any, once it is set up. */
final class Projections {

    private final FlowDbConverter converter;
    private final SpelAwareProxyProjectionFactory interfaces = new SpelAwareProxyProjectionFactory();
    private final EntityInstantiators instantiators = new EntityInstantiators();

    Projections(FlowDbConverter converter) {
        this.converter = converter;
    }

    /** Lets expressions of interfaces, {@code @Value("#{@names.of(target)}")}, see beans. */
    void setBeanFactory(BeanFactory beans) {
        interfaces.setBeanFactory(beans);
    }

    /** From {@code type} to {@code resultType}: itself or a supertype, an interface of properties, or a class constructed from them. */
    <T, R> Function<T, R> to(Class<R> resultType, Class<T> type) {
        if (resultType.isAssignableFrom(type)) {
            return resultType::cast;
        }
        if (resultType.isInterface()) {
            return entity -> interfaces.createProjection(resultType, entity);
        }
        DtoInstantiatingConverter dto =
                new DtoInstantiatingConverter(resultType, converter.getMappingContext(), instantiators);
        return entity -> resultType.cast(dto.convert(entity));
    }
}
