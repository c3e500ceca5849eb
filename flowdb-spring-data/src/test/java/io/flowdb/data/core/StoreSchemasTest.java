package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.json.IndexSchema;
import io.flowdb.json.StoreSchema;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.data.mapping.MappingException;

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

    @CompoundIndex(paths = {"id", "b"})
    interface Named {}

    @ObjectStore("s")
    @CompoundIndex(
            paths = {"a", "b"},
            unique = true)
    @CompoundIndex(
            name = "same",
            paths = {"a", "id"})
    static class Base {
        @Id
        String id = "";

        int a;
        int b;
    }

    @CompoundIndex(paths = {"b", "c"})
    @CompoundIndex(
            name = "same",
            paths = {"c", "id"},
            unique = true)
    static class Derived extends Base implements Named {
        int c;
    }

    @ObjectStore("s")
    @CompoundIndex(
            name = "same",
            paths = {"a", "id"})
    @CompoundIndex(
            name = "same",
            paths = {"b", "id"})
    record Twice(@Id String id, int a, int b) {}

    /** An index of the same name as one of the superclass was refused; the document layer replaced them all. */
    @Test
    void compoundIndexes_ofSuperclasses_areThoseOfTheClassToo() {
        StoreSchemas schemas = new StoreSchemas(new MappingFlowDbConverter(new FlowDbMappingContext()));
        assertThat(schemas.of(Derived.class).indexes())
                .containsExactlyInAnyOrder(
                        IndexSchema.of("by_b_c", "b", "c"),
                        IndexSchema.unique("same", "c", "id"),
                        IndexSchema.of("by_id_b", "id", "b"),
                        IndexSchema.unique("by_a_b", "a", "b"));
        assertThatThrownBy(() -> schemas.of(Twice.class)).isInstanceOf(MappingException.class);
    }
}
