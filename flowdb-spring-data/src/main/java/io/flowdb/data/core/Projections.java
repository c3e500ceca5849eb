package io.flowdb.data.core;

import io.flowdb.data.convert.DtoProjection;
import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.KotlinConstructor;
import java.lang.reflect.Modifier;
import java.util.function.Function;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.mapping.InstanceCreatorMetadata;
import org.springframework.data.mapping.Parameter;
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

    /**
     * From {@code type} to {@code resultType}: itself or a supertype, an interface of properties, or a class
     * constructed from them. Throws {@link InvalidDataAccessApiUsageException} if it is none of them.
     */
    <T, R> Function<T, R> to(Class<R> resultType, Class<T> type) {
        if (resultType.isAssignableFrom(type)) {
            return resultType::cast;
        }
        boolean ofOtherStore = type.isAssignableFrom(resultType); // as isKindOf is asked before
        if (ofOtherStore || !isProjection(resultType)) {
            throw new InvalidDataAccessApiUsageException(type.getName() + " cannot be returned as "
                    + resultType.getTypeName()
                    + ": a projection is an interface of properties, or a class constructed from them");
        }
        if (resultType.isInterface()) {
            return entity -> interfaces.createProjection(resultType, entity);
        }
        checkParameters(resultType, type);
        DtoProjection dto = new DtoProjection(resultType, converter.getMappingContext(), instantiators);
        return entity -> resultType.cast(dto.of(entity));
    }

    /** Subclasses of an abstract one may have what it has not; whether they do shows for each entity only. */
    private void checkParameters(Class<?> resultType, Class<?> type) {
        InstanceCreatorMetadata<?> creator = converter
                .getMappingContext()
                .getRequiredPersistentEntity(resultType)
                .getInstanceCreatorMetadata();
        if (creator == null) {
            throw new InvalidDataAccessApiUsageException(
                    resultType.getName() + " has several constructors: mark the one to use with @PersistenceCreator");
        }
        FlowDbPersistentEntity<?> entity = converter.getMappingContext().getRequiredPersistentEntity(type);
        for (Parameter<?, ?> parameter : creator.getParameters()) {
            String name = parameter.getName();
            if (!KotlinConstructor.isMarker(parameter.getRawType())
                    && !Modifier.isAbstract(type.getModifiers())
                    && (name == null || entity.getPersistentProperty(name) == null)) {
                throw new InvalidDataAccessApiUsageException("A projection " + resultType.getName()
                        + " cannot be made of a " + type.getSimpleName() + ", which has no property '" + name
                        + "' for its constructor");
            }
        }
    }

    /**
     * Whether it may have properties of the entity; single values, containers, trees of JSON and other entities have
     * not.
     */
    private boolean isProjection(Class<?> type) {
        if (type.isInterface()) {
            return !FlowDbMappingContext.isForeign(type);
        }
        if (type.isArray() || Modifier.isAbstract(type.getModifiers())) {
            return false;
        }
        return converter.getMappingContext().getPersistentEntity(type) != null;
    }

    /**
     * Whether {@code resultType} is an entity below {@code type} in the same store, of which a query may find those of
     * its kind.
     */
    boolean isKindOf(Class<?> resultType, Class<?> type) {
        if (!type.isAssignableFrom(resultType)) {
            return false;
        }
        FlowDbPersistentEntity<?> entity = converter.getMappingContext().getPersistentEntity(resultType);
        return entity != null
                && entity.isStored()
                && entity.getStore()
                        .equals(converter
                                .getMappingContext()
                                .getRequiredPersistentEntity(type)
                                .getStore());
    }
}
