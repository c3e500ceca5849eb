package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.BeforeConvertCallback;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.core.convert.converter.Converter;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.convert.PropertyValueConverter;
import org.springframework.data.convert.ReadingConverter;
import org.springframework.data.convert.ValueConversionContext;
import org.springframework.data.convert.ValueConverter;
import org.springframework.data.convert.WritingConverter;
import org.springframework.data.mapping.callback.EntityCallbacks;

/**
 * Numbers as ids that a converter writes. The store counted such ids itself and past the converter: an entity with a
 * made id was not found by it, saved again it was there twice, and the store could not be read.
 */
class ConvertedIdTest {

    static final class Hex
            implements PropertyValueConverter<Long, String, ValueConversionContext<FlowDbPersistentProperty>> {
        @Override
        public Long read(String stored, ValueConversionContext<FlowDbPersistentProperty> context) {
            return Long.valueOf(stored, 16);
        }

        @Override
        public String write(Long value, ValueConversionContext<FlowDbPersistentProperty> context) {
            return Long.toHexString(value);
        }
    }

    @ObjectStore("hexes")
    record Hexed(@Id @ValueConverter(Hex.class) @Nullable Long id, String name) {}

    @ObjectStore("counted")
    record Counted(@Id @Nullable Long id, String name) {}

    @ObjectStore("counted")
    record Primitive(@Id int id, String name) {}

    @WritingConverter
    enum Write implements Converter<Long, String> {
        INSTANCE;

        @Override
        public String convert(Long number) {
            return "L" + number;
        }
    }

    @ReadingConverter
    enum Read implements Converter<String, Long> {
        INSTANCE;

        @Override
        public Long convert(String text) {
            return Long.valueOf(text.substring(1));
        }
    }

    /** To the same type: other numbers. */
    @WritingConverter
    enum Scramble implements Converter<Integer, Integer> {
        INSTANCE;

        @Override
        public Integer convert(Integer number) {
            return number ^ 0x55;
        }
    }

    @Test
    void save_nullIdWithAConverterOfTheProperty_isRefused() {
        try (TestDatabase database = TestDatabase.with(Hexed.class)) {
            FlowDbTemplate template = database.template();
            refused(template, new Hexed(null, "a"), "null");

            Hexed stored = template.save(new Hexed(255L, "a"));
            template.save(stored);
            assertThat(template.findById(255L, Hexed.class)).isEqualTo(stored);
            assertThat(template.find(FlowDbQuery.all(), Hexed.class)).containsExactly(stored);
        }
    }

    @Test
    void save_nullIdWithAConverterOfItsType_isRefused() {
        try (TestDatabase database = TestDatabase.with(List.of(Write.INSTANCE, Read.INSTANCE), Counted.class)) {
            FlowDbTemplate template = database.template();
            refused(template, new Counted(null, "a"), "null");

            Counted stored = template.insert(new Counted(7L, "a"));
            assertThat(template.findById(7L, Counted.class)).isEqualTo(stored);
        }
        try (TestDatabase database = TestDatabase.with(List.of(Scramble.INSTANCE), Primitive.class)) {
            refused(database.template(), new Primitive(0, "a"), "0");
        }
    }

    private static void refused(FlowDbTemplate template, Object entity, String id) {
        assertThatThrownBy(() -> template.save(entity))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("The id 'id' of " + entity.getClass().getName() + " is " + id)
                .hasMessageContaining("with a converter");
        assertThat(template.count(FlowDbQuery.all(), entity.getClass())).isZero();
    }

    @Test
    void save_idThatACallbackSets_isConverted() {
        try (TestDatabase database = TestDatabase.with(Hexed.class)) {
            FlowDbTemplate template = database.template();
            template.setEntityCallbacks(EntityCallbacks.create(
                    (BeforeConvertCallback<Hexed>) (entity, store, isNew) -> new Hexed(31L, entity.name())));

            assertThat(template.save(new Hexed(null, "a"))).isEqualTo(new Hexed(31L, "a"));
            assertThat(database.db().get("hexes", "1f")).isNotNull();
        }
    }
}
