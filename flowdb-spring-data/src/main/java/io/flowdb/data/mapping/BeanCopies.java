package io.flowdb.data.mapping;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mapping.InstanceCreatorMetadata;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.Parameter;
import org.springframework.data.mapping.PersistentProperty;
import org.springframework.data.mapping.PersistentPropertyAccessor;
import org.springframework.data.mapping.model.EntityInstantiator;
import org.springframework.data.mapping.model.ParameterValueProvider;
import org.springframework.util.ReflectionUtils;

/**
 * Copies of beans of one class in which one property differs: made by its creator, given then what the creator does not
 * take, be it persistent or not, inherited or not. Threads: any.
 */
final class BeanCopies {

    private final BasicFlowDbPersistentEntity<?> entity;
    private final EntityInstantiator instantiator;
    private final @Nullable KotlinConstructor kotlin;

    /** Fields that are not final and that no parameter of the creator sets. */
    private final List<Field> kept;

    BeanCopies(BasicFlowDbPersistentEntity<?> entity, EntityInstantiator instantiator) {
        this.entity = entity;
        this.instantiator = instantiator;
        this.kotlin = KotlinConstructor.of(entity);
        this.kept = kept(entity);
    }

    /** Whether setting a property may make another bean, and that not by a method written for it. */
    static boolean areNeeded(PersistentProperty<?> property) {
        return property.isImmutable() && property.getWither() == null;
    }

    private static List<Field> kept(BasicFlowDbPersistentEntity<?> entity) {
        Set<Field> taken = taken(entity);
        List<Field> kept = new ArrayList<>();
        Class<?> type = entity.getType();
        while (type != null && !FlowDbMappingContext.isForeign(type)) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !Modifier.isFinal(field.getModifiers())
                        && !taken.contains(field)
                        && field.trySetAccessible()) { // else it is of a module that keeps it to itself
                    kept.add(field);
                }
            }
            type = type.getSuperclass();
        }
        return kept;
    }

    private static Set<Field> taken(BasicFlowDbPersistentEntity<?> entity) {
        Set<Field> taken = new HashSet<>();
        InstanceCreatorMetadata<FlowDbPersistentProperty> creator = entity.getInstanceCreatorMetadata();
        if (creator != null) {
            for (Parameter<Object, FlowDbPersistentProperty> parameter : creator.getParameters()) {
                Field field = parameter.isTransient() ? null : field(entity, parameter);
                if (field != null) {
                    taken.add(field);
                }
            }
        }
        return taken;
    }

    private static @Nullable Field field(
            BasicFlowDbPersistentEntity<?> entity, Parameter<?, FlowDbPersistentProperty> parameter) {
        String name = parameter.getName();
        FlowDbPersistentProperty property = name == null ? null : entity.getPersistentProperty(name);
        if (property == null && name != null) {
            property = entity.getTransientProperty(name);
        }
        return property == null ? null : property.getField();
    }

    /** A bean as {@code bean}, but for one property that the creator takes. */
    <T> T copy(T bean, FlowDbPersistentProperty property, @Nullable Object value) {
        Values values = new Values(bean, property, value);
        @SuppressWarnings("unchecked")
        T copy = (T) (kotlin == null ? instantiator.createInstance(entity, values) : create(kotlin, values));
        keep(bean, copy);
        return copy;
    }

    private Object create(KotlinConstructor constructor, Values values) {
        List<Parameter<Object, FlowDbPersistentProperty>> parameters =
                Objects.requireNonNull(entity.getInstanceCreatorMetadata()).getParameters();
        @Nullable Object[] arguments = new Object[constructor.parameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = values.getParameterValue(parameters.get(i));
        }
        return constructor.create(arguments, new BitSet());
    }

    /** Gives {@code copy} what {@code bean} has and no creator was given. */
    void keep(Object bean, Object copy) {
        for (Field field : kept) {
            ReflectionUtils.setField(field, copy, ReflectionUtils.getField(field, bean));
        }
    }

    /** What a bean was made of, with another value for one property. */
    private final class Values implements ParameterValueProvider<FlowDbPersistentProperty> {

        private final Object bean;
        private final PersistentPropertyAccessor<?> accessor;
        private final FlowDbPersistentProperty changed;
        private final @Nullable Object value;

        Values(Object bean, FlowDbPersistentProperty changed, @Nullable Object value) {
            this.bean = bean;
            this.accessor = entity.plainAccessor(bean);
            this.changed = changed;
            this.value = value;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <V> @Nullable V getParameterValue(Parameter<V, FlowDbPersistentProperty> parameter) {
            String name = parameter.getName();
            if (changed.getName().equals(name)) {
                return (V) value;
            }
            if (name == null && !KotlinConstructor.isMarker(parameter.getRawType())) {
                throw new MappingException("A constructor parameter of "
                        + entity.getType().getName() + " has no name; compile with -parameters");
            }
            FlowDbPersistentProperty property = name == null ? null : entity.getPersistentProperty(name);
            if (property != null) {
                return (V) accessor.getProperty(property);
            }
            Field field = field(entity, parameter);
            if (field == null) {
                return (V) ParameterValueProvider.getDefaultValue(parameter.getRawType());
            }
            ReflectionUtils.makeAccessible(field);
            return (V) ReflectionUtils.getField(field, bean);
        }
    }
}
