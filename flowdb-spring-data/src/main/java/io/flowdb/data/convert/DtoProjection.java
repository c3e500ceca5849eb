package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.lang.reflect.Field;
import org.springframework.core.KotlinDetector;
import org.springframework.core.Nullness;
import org.springframework.data.convert.DtoInstantiatingConverter;
import org.springframework.data.mapping.PersistentPropertyAccessor;
import org.springframework.data.mapping.context.MappingContext;
import org.springframework.data.mapping.model.EntityInstantiators;

/** Entities as a class that is constructed from their properties. Threads: any. */
public final class DtoProjection {

    private final MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context;
    private final Class<?> type;
    private final DtoInstantiatingConverter dtos;

    /** To the class {@code type}. */
    public DtoProjection(
            Class<?> type,
            MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context,
            EntityInstantiators instantiators) {
        this.context = context;
        this.type = type;
        this.dtos = new DtoInstantiatingConverter(type, context, instantiators);
    }

    /** Of {@code entity}; where that has null, Spring Data gives a Kotlin class the default of its constructor. */
    public Object of(Object entity) {
        Object dto = dtos.convert(entity);
        return KotlinDetector.isKotlinType(type) ? withNulls(dto, entity) : dto;
    }

    private Object withNulls(Object dto, Object entity) {
        FlowDbPersistentEntity<?> from = context.getRequiredPersistentEntity(entity.getClass());
        FlowDbPersistentEntity<?> to = context.getRequiredPersistentEntity(type);
        PersistentPropertyAccessor<Object> given = from.getPropertyAccessor(entity);
        PersistentPropertyAccessor<Object> made = to.getPropertyAccessor(dto);
        for (FlowDbPersistentProperty property : to) {
            FlowDbPersistentProperty own = from.getPersistentProperty(property.getName());
            Field field = property.getField();
            if (own != null
                    && field != null
                    && made.getProperty(property) != null
                    && given.getProperty(own) == null
                    && Nullness.forField(field) == Nullness.NULLABLE) {
                made.setProperty(property, null);
            }
        }
        return made.getBean();
    }
}
