package io.flowdb.data.mapping;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowdb.annotation.Id;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;
import org.springframework.data.core.TypeInformation;
import org.springframework.data.mapping.Association;
import org.springframework.data.mapping.PersistentEntity;
import org.springframework.data.mapping.model.AnnotationBasedPersistentProperty;
import org.springframework.data.mapping.model.Property;
import org.springframework.data.mapping.model.SimpleTypeHolder;

/**
 * Reads what a property is from its annotations: FlowDB's {@code @Id}, Spring Data's and Jackson's
 * {@code @JsonProperty}.
 */
final class BasicFlowDbPersistentProperty extends AnnotationBasedPersistentProperty<FlowDbPersistentProperty>
        implements FlowDbPersistentProperty {

    private static final String IMPLICIT_ID = "id";

    private final String fieldName;
    private final boolean explicitId;
    private final boolean idProperty;

    BasicFlowDbPersistentProperty(
            Property property, PersistentEntity<?, FlowDbPersistentProperty> owner, SimpleTypeHolder simpleTypes) {
        super(property, owner, simpleTypes);
        JsonProperty named = findAnnotation(JsonProperty.class);
        this.fieldName = named == null || named.value().isEmpty() ? getName() : named.value();
        this.explicitId = super.isIdProperty() || isAnnotationPresent(Id.class);
        this.idProperty = explicitId || (getName().equals(IMPLICIT_ID) && isStored(owner));
    }

    /** In a value within an entity, a property that is only called so is as any other. */
    private static boolean isStored(PersistentEntity<?, ?> owner) {
        return owner instanceof FlowDbPersistentEntity<?> entity && entity.isStored();
    }

    @Override
    public String getFieldName() {
        return fieldName;
    }

    @Override
    public boolean isExplicitIdProperty() {
        return explicitId;
    }

    /** Java's own {@code transient} counts as well as the annotation. */
    @Override
    public boolean isTransient() {
        return super.isTransient()
                || (getField() != null && Modifier.isTransient(getField().getModifiers()));
    }

    @Override
    public boolean isIdProperty() {
        return idProperty;
    }

    /** Elements that are collections or maps themselves, and single values, have no properties. */
    @Override
    public boolean isEntity() {
        TypeInformation<?> actual = getTypeInformation().getActualType();
        return super.isEntity()
                && (actual == null
                        || !(actual.isCollectionLike()
                                || actual.isMap()
                                || FlowDbMappingContext.isSingle(actual.getType())));
    }

    @Override
    public @Nullable Association<FlowDbPersistentProperty> getAssociation() {
        return null;
    }

    @Override
    public boolean isAssociation() {
        return false;
    }

    @Override
    protected Association<FlowDbPersistentProperty> createAssociation() {
        return new Association<>(this, null);
    }
}
