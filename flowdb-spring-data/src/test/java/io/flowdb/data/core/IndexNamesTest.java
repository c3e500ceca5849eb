package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import org.junit.jupiter.api.Test;
import org.springframework.data.mapping.MappingException;

/**
 * Indexes of properties and fields whose names are no names of indexes. The exception was that of the document layer, and said of
 * no class and no property that it was theirs.
 */
class IndexNamesTest {

    record Size(@Indexed @JsonProperty("größe") int width) {}

    @ObjectStore
    record OfOne(@Id Long id, Size size) {}

    @ObjectStore
    @CompoundIndex(paths = {"id", "a$b"})
    record OfSeveral(@Id Long id, int a$b) {}

    @ObjectStore
    record Misnamed(
            @Id Long id, @Indexed(name = "by weight") int weight) {}

    @ObjectStore
    @CompoundIndex(
            name = "by_both",
            paths = {"size", "a$b"})
    record Named(
            @Id Long id,

            @Indexed(name = "by_size") @JsonProperty("größe")
            int size,

            @Indexed(name = "by_other") int a$b) {}

    @Test
    void index_nameThatIsNone_isToldByClassAndProperty() {
        assertRefused(OfOne.class, "@Indexed of 'size.width' of " + OfOne.class.getName(), "by_size.größe");
        assertRefused(OfSeveral.class, "@CompoundIndex on id, a$b of " + OfSeveral.class.getName(), "by_id_a$b");
        assertRefused(Misnamed.class, "@Indexed of 'weight' of " + Misnamed.class.getName(), "by weight");
    }

    private static void assertRefused(Class<?> type, String source, String name) {
        assertThatThrownBy(() -> TestDatabase.with(type).close())
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(source)
                .hasMessageContaining(name)
                .hasMessageContaining("attribute 'name'");
    }

    @Test
    void index_namedByItsAnnotation_serves() {
        try (TestDatabase database = TestDatabase.with(Named.class)) {
            Named entity = database.template().save(new Named(1L, 2, 3));
            assertThat(database.template()
                            .query(Named.class)
                            .matching(c -> c.eq("size", 2))
                            .all())
                    .containsExactly(entity);
            assertThat(database.db().getStore("named").index("by_both")).isPresent();
        }
    }
}
