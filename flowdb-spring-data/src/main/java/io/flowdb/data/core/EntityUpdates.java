package io.flowdb.data.core;

import io.flowdb.data.core.QueryRunner.Plan;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.data.mapping.ValueClass;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.PersistentPropertyPath;
import org.springframework.data.mapping.PersistentPropertyPathAccessor;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;

/**
 * Updates of {@link FlowDbTemplate}: entities read, changed and saved in one transaction, as row policies permit.
 * Threads: any.
 */
final class EntityUpdates {

    /** A sum with 1e100000000 would have as many digits. */
    private static final int MOST_ZEROS = 10_000;

    private final EntityAccess access;
    private final EntitySaves saves;

    EntityUpdates(EntityAccess access, EntitySaves saves) {
        this.access = access;
        this.saves = saves;
    }

    <T> Conditions<T> conditions(Class<T> type) {
        return new Conditions<>(type, access.converter(), access.properties());
    }

    /** Changes what the query finds of what may be read and updated; returns it as it was saved. */
    <T> List<T> update(FlowDbQuery query, Class<T> type, UnaryOperator<T> change) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan plan = access.plan(access.permitted(query, entity, RowAction.UPDATE), type, entity);
        return access.documents().atomically(List.of(entity.getStore()), transaction -> {
            List<T> saved = new ArrayList<>();
            for (JsonNode document : access.queries().list(transaction, plan)) {
                T after = change.apply(access.read(document, type, entity));
                if (after == null) {
                    throw new InvalidDataAccessApiUsageException("An update's function gave null for a "
                            + type.getSimpleName() + "; it has to return the entity");
                }
                if (!hasKey(after, document.get(EntityAccess.idPath(entity)))) {
                    throw new InvalidDataAccessApiUsageException(
                            "An update cannot change the id of a " + type.getSimpleName());
                }
                saved.add(saves.save(after, transaction));
            }
            return saved;
        });
    }

    /** The id itself may be a thing that can be changed, so it is the stored one that counts. */
    private boolean hasKey(Object bean, JsonNode key) {
        FlowDbPersistentEntity<?> entity = access.entityOf(bean.getClass());
        Object id = entity.getIdentifierAccessor(bean).getIdentifier();
        return id != null && JsonValueOrder.EXACT.compare(access.keyOf(entity.getRequiredIdProperty(), id), key) == 0;
    }

    <T> UnaryOperator<T> setting(Class<T> type, String property, @Nullable Object value) {
        PersistentPropertyPath<FlowDbPersistentProperty> path = path(type, property);
        Class<?> wanted = path.getLeafProperty().getType();
        Object own = value == null ? null : ValueClass.unwrapped(ClassUtils.resolvePrimitiveIfNecessary(wanted), value);
        if (!ClassUtils.isAssignableValue(wanted, own)) {
            throw new InvalidDataAccessApiUsageException("'" + property + "' of " + type.getSimpleName()
                    + " cannot be set to a value of type "
                    + (value == null ? "null" : value.getClass().getName()));
        }
        return entity -> {
            PersistentPropertyPathAccessor<T> accessor = accessor(entity);
            set(accessor, path, own);
            return accessor.getBean();
        };
    }

    <T> UnaryOperator<T> incrementing(Class<T> type, String property, Number by) {
        PersistentPropertyPath<FlowDbPersistentProperty> path = path(type, property);
        Class<?> number =
                ClassUtils.resolvePrimitiveIfNecessary(path.getLeafProperty().getType());
        if (!Number.class.isAssignableFrom(number)) {
            throw new InvalidDataAccessApiUsageException(
                    "'" + property + "' of " + type.getSimpleName() + " is no number to add to");
        }
        return entity -> {
            PersistentPropertyPathAccessor<T> accessor = accessor(entity);
            Object now = accessor.getProperty(path);
            try {
                BigDecimal sum = decimal(now == null ? 0 : (Number) now).add(decimal(by));
                set(accessor, path, numberOf(sum, number));
            } catch (ArithmeticException e) { // also for what is no finite number
                throw new InvalidDataAccessApiUsageException(
                        "'" + property + "' of " + type.getSimpleName() + ", a " + number.getSimpleName()
                                + ", cannot be incremented by " + by,
                        e);
            }
            return accessor.getBean();
        };
    }

    private <T> PersistentPropertyPathAccessor<T> accessor(T entity) {
        return access.entityOf(entity.getClass()).getPropertyPathAccessor(entity);
    }

    private static void set(
            PersistentPropertyPathAccessor<?> accessor,
            PersistentPropertyPath<FlowDbPersistentProperty> path,
            @Nullable Object value) {
        try {
            accessor.setProperty(path, value);
        } catch (MappingException | UnsupportedOperationException e) { // immutable, or below a null
            throw new InvalidDataAccessApiUsageException(
                    "'" + path.toDotPath() + "' cannot be set: " + e.getMessage(), e);
        }
    }

    private <T> PersistentPropertyPath<FlowDbPersistentProperty> path(Class<T> type, String property) {
        access.properties().resolve(type, property); // checks it
        PersistentPropertyPath<FlowDbPersistentProperty> path =
                access.converter().getMappingContext().getPersistentPropertyPath(property, type);
        if (path.getLength() == 1 && path.getLeafProperty().isVersionProperty()) {
            throw new InvalidDataAccessApiUsageException(
                    "'" + property + "' of " + type.getSimpleName() + " is its version, which counts by itself");
        }
        return path;
    }

    private static BigDecimal decimal(Number number) {
        if (number instanceof BigDecimal decimal) {
            if (Math.abs((long) decimal.scale()) > MOST_ZEROS) {
                throw new ArithmeticException("a sum with " + decimal + " has too many digits");
            }
            return decimal;
        }
        try {
            return new BigDecimal(number.toString());
        } catch (NumberFormatException e) {
            throw new ArithmeticException(number + " is no finite number");
        }
    }

    private static Number numberOf(BigDecimal value, Class<?> type) {
        if (type == Integer.class) {
            return value.intValueExact();
        }
        if (type == Long.class) {
            return value.longValueExact();
        }
        if (type == Short.class) {
            return value.shortValueExact();
        }
        if (type == Byte.class) {
            return value.byteValueExact();
        }
        if (type == Double.class) {
            return value.doubleValue();
        }
        if (type == Float.class) {
            return value.floatValue();
        }
        return type == BigInteger.class ? value.toBigIntegerExact() : value;
    }
}
