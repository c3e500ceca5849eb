package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.json.StoreSchema;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which entities have a schema. */
class StoreSchemasTest {

    @ObjectStore("listed")
    record Listed(@Id String id) {}

    @ObjectStore("met")
    record Met(@Id String id) {}

    record Part(String name) {}

    /** They were those that happened to be known: one of a second database on the same mapping was, too. */
    @Test
    void all_areThoseTheMappingContextWasGiven() {
        FlowDbMappingContext context = new FlowDbMappingContext();
        context.setInitialEntitySet(Set.of(Listed.class));
        context.afterPropertiesSet();
        StoreSchemas schemas = new StoreSchemas(new MappingFlowDbConverter(context));

        assertThat(schemas.of(List.of(Met.class))).extracting(StoreSchema::name).containsExactly("met");

        assertThat(schemas.all()).extracting(StoreSchema::name).containsExactly("listed");
        assertThat(schemas.allAnd(List.of(Met.class, Listed.class, Part.class)))
                .extracting(StoreSchema::name)
                .containsExactly("listed", "met");
    }
}
