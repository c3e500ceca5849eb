package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mapping.PersistentPropertyPath;
import org.springframework.data.mapping.context.MappingContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Entities to documents and back. What is stored, what is asked for and what indexes order goes through the same
 * conversion, so that an equality on a converted type finds what was saved.
 *
 * <p>Threads: any. Errors: {@link org.springframework.data.mapping.MappingException} naming type and property.
 */
public interface FlowDbConverter {

    /** The entities known. */
    MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> getMappingContext();

    /**
     * The document of {@code entity}; null properties are written as JSON null, unless a converter of the property
     * writes something else, so that indexes hold an entry for them.
     */
    ObjectNode write(Object entity);

    /** A new instance of {@code type}, or of the subclass the document names, from {@code document}. */
    <T> T read(Class<T> type, JsonNode document);

    /**
     * The stored form of a value of {@code property}, for ids and queries: also of one element if the property is a
     * collection. The value becomes one of the property's type first, where that loses nothing; all else is refused.
     */
    JsonNode writeValue(FlowDbPersistentProperty property, @Nullable Object value);

    /** Whether {@link #writeValue} takes values of {@code given}, as far as the type tells. */
    boolean canWriteValue(FlowDbPersistentProperty property, Class<?> given);

    /** Whether values of {@code property} are stored as arrays of their elements; bytes are one value. */
    boolean hasElements(FlowDbPersistentProperty property);

    /** Whether {@link #writeValue} takes {@code value} for all of a property, and not for one of its elements. */
    boolean isWhole(FlowDbPersistentProperty property, Object value);

    /** Whether the text of {@code property}, or of its elements, is stored as it is, and not as a converter has it. */
    boolean isPlainText(FlowDbPersistentProperty property);

    /**
     * What a converter of the application makes of values of {@code property}, or of what an {@code Optional} holds:
     * {@code Object} where it may be anything. Empty if no converter does.
     */
    Optional<Class<?>> convertedTo(FlowDbPersistentProperty property);

    /** The Java value of a property's stored form. */
    @Nullable
    Object readValue(FlowDbPersistentProperty property, @Nullable JsonNode node);

    /**
     * How the documents of {@code type} and its known subclasses name their types in the field {@code _class}; empty if
     * every document of the store is one, because {@code type} is the class the store belongs to.
     */
    Collection<String> typeNames(Class<?> type);

    /** Where a property lies in the document, as key paths and filters name it: {@code address.city}. */
    String fieldPath(PersistentPropertyPath<FlowDbPersistentProperty> path);
}
