package io.flowdb.data.mapping;

import java.util.Collection;
import java.util.List;
import org.springframework.data.core.TypeInformation;
import org.springframework.data.mapping.context.AbstractMappingContext;
import org.springframework.data.mapping.model.EntityInstantiator;
import org.springframework.data.mapping.model.EntityInstantiators;
import org.springframework.data.mapping.model.Property;
import org.springframework.data.mapping.model.SimpleTypeHolder;

/**
 * The entities of an application. Give it the entity classes with {@code setInitialEntitySet} or
 * {@code setManagedTypes} and call {@link #afterPropertiesSet()}; classes met later are added when first used.
 *
 * <p>Threads: any, after initialisation. Errors: {@link org.springframework.data.mapping.MappingException}.
 */
public final class FlowDbMappingContext
        extends AbstractMappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> {

    private static final List<String> FOREIGN = List.of("java.", "jdk.", "sun.", "com.sun.", "tools.jackson.");

    private final EntityInstantiators instantiators = new EntityInstantiators();

    /** Set once, by the thread that initialises, and read by any. */
    private volatile List<FlowDbPersistentEntity<?>> initial = List.of();

    /** A context that knows the types FlowDB writes as one JSON value. */
    public FlowDbMappingContext() {
        setSimpleTypeHolder(FlowDbSimpleTypes.HOLDER);
    }

    @Override
    public void initialize() {
        super.initialize();
        initial = List.copyOf(getPersistentEntities());
    }

    /**
     * The entities it was given at its start, and those within them; not those met later, which may be of another
     * database.
     */
    public Collection<FlowDbPersistentEntity<?>> getInitialEntities() {
        return initial;
    }

    EntityInstantiator instantiatorOf(FlowDbPersistentEntity<?> entity) {
        return instantiators.getInstantiatorFor(entity);
    }

    @Override
    protected <T> FlowDbPersistentEntity<T> createPersistentEntity(TypeInformation<T> type) {
        return new BasicFlowDbPersistentEntity<>(type, this);
    }

    @Override
    protected FlowDbPersistentProperty createPersistentProperty(
            Property property, FlowDbPersistentEntity<?> owner, SimpleTypeHolder simpleTypes) {
        return new BasicFlowDbPersistentProperty(property, owner, simpleTypes);
    }

    /** Types of the JDK, trees of Jackson and value classes of Kotlin are values, never entities. */
    @Override
    protected boolean shouldCreatePersistentEntityFor(TypeInformation<?> type) {
        return !isSingle(type.getType()) && super.shouldCreatePersistentEntityFor(type);
    }

    static boolean isSingle(Class<?> type) {
        return isForeign(type) || ValueClass.stored(type) != null;
    }

    /** Whether a class is one of the JDK or of Jackson, so that its properties mean nothing to an entity. */
    public static boolean isForeign(Class<?> type) {
        return FOREIGN.stream().anyMatch(type.getName()::startsWith);
    }
}
