package io.flowdb.data.mapping;

import org.springframework.data.mapping.PersistentProperty;

/** A property of an entity and its field in the document. Threads: immutable. */
public interface FlowDbPersistentProperty extends PersistentProperty<FlowDbPersistentProperty> {

    /** Name of the field in the document: that of {@code @JsonProperty}, else the property's own. */
    String getFieldName();

    /** Whether an annotation, not only its name, makes this the id. */
    boolean isExplicitIdProperty();
}
