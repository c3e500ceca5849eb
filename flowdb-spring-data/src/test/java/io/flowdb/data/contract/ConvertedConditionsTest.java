package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.convert.FlowDbCustomConversions;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.StoreSchemas;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import io.flowdb.data.repository.support.FlowDbRepositoryFactory;
import io.flowdb.json.JsonDB;
import io.flowdb.json.SchemaMode;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.convert.converter.Converter;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.convert.PropertyValueConverter;
import org.springframework.data.convert.ReadingConverter;
import org.springframework.data.convert.ValueConversionContext;
import org.springframework.data.convert.ValueConverter;
import org.springframework.data.convert.WritingConverter;

/** Text and other numbers are compared as what the converter of the property makes of them. */
class ConvertedConditionsTest {

    enum State {
        PUBLIC,
        SECRET
    }

    @WritingConverter
    static final class StateWriter implements Converter<State, Integer> {
        @Override
        public Integer convert(State state) {
            return state == State.PUBLIC ? 1 : 5;
        }
    }

    @ReadingConverter
    static final class StateReader implements Converter<Integer, State> {
        @Override
        public State convert(Integer code) {
            return code == 1 ? State.PUBLIC : State.SECRET;
        }
    }

    @WritingConverter
    static final class KeyWriter implements Converter<UUID, String> {
        @Override
        public String convert(UUID key) {
            return "key " + key;
        }
    }

    @ReadingConverter
    static final class KeyReader implements Converter<String, UUID> {
        @Override
        public UUID convert(String text) {
            return UUID.fromString(text.substring(4));
        }
    }

    static final class Sealed
            implements PropertyValueConverter<Long, String, ValueConversionContext<FlowDbPersistentProperty>> {
        @Override
        public Long read(String stored, ValueConversionContext<FlowDbPersistentProperty> context) {
            return Long.valueOf(stored.substring(1));
        }

        @Override
        public String write(Long value, ValueConversionContext<FlowDbPersistentProperty> context) {
            return "e" + value;
        }
    }

    static final class Prefixed
            implements PropertyValueConverter<String, String, ValueConversionContext<FlowDbPersistentProperty>> {
        @Override
        public String read(String stored, ValueConversionContext<FlowDbPersistentProperty> context) {
            return stored.substring(2);
        }

        @Override
        public String write(String value, ValueConversionContext<FlowDbPersistentProperty> context) {
            return "X:" + value;
        }
    }

    @ObjectStore("converted")
    record Row(
            @Id String id,
            State state,
            UUID key,
            @ValueConverter(Sealed.class) Long pay,
            List<State> states,
            @ValueConverter(Prefixed.class) String code) {}

    interface Rows extends FlowDbRepository<Row, String> {
        List<Row> findByStateNot(String state);

        List<Row> findByState(int code);

        @Query("state != 'SECRET'")
        List<Row> shown();

        List<Row> findByKey(String key);

        List<Row> findByPay(Integer pay);

        List<Row> findByPayIn(List<Integer> pay);

        @Query("pay = 7")
        List<Row> seven();

        List<Row> findByStatesContaining(String state);

        @Query(value = "state != 'SECRET'", delete = true)
        long purge();
    }

    private static final UUID KEY = new UUID(1, 2);
    private static final Row SHOWN = new Row("1", State.PUBLIC, KEY, 7L, List.of(State.PUBLIC), "abc");
    private static final Row SECRET = new Row("2", State.SECRET, new UUID(3, 4), 8L, List.of(State.SECRET), "def");

    private final JsonDB db = TestDatabase.open();
    private final FlowDbTemplate template = template(db);
    private final Rows rows = new FlowDbRepositoryFactory(template).getRepository(Rows.class);

    private static FlowDbTemplate template(JsonDB db) {
        FlowDbCustomConversions conversions = new FlowDbCustomConversions(
                List.of(new StateWriter(), new StateReader(), new KeyWriter(), new KeyReader()));
        FlowDbMappingContext context = new FlowDbMappingContext();
        context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
        context.setInitialEntitySet(Set.of(Row.class));
        context.afterPropertiesSet();
        MappingFlowDbConverter converter = new MappingFlowDbConverter(context, conversions);
        db.applySchemas(new StoreSchemas(converter).all(), SchemaMode.UPDATE);
        return new FlowDbTemplate(db, converter);
    }

    @BeforeEach
    void fill() {
        rows.saveAll(List.of(SHOWN, SECRET));
    }

    @AfterEach
    void close() {
        db.close();
    }

    /** The text was written as it is, which equals no stored form: {@code ne} held for the secret row, too. */
    @Test
    void text_onAConvertedType_isComparedAsTheConverterWritesIt() {
        assertThat(rows.findByStateNot("SECRET")).containsExactly(SHOWN);
        assertThat(rows.shown()).containsExactly(SHOWN);
        assertThat(template.query(Row.class)
                        .matching(c -> c.ne("state", "SECRET"))
                        .all())
                .containsExactly(SHOWN);
        assertThat(template.query(Row.class)
                        .matching(c -> c.notIn("state", List.of("SECRET")))
                        .all())
                .containsExactly(SHOWN);
        assertThat(rows.findByKey(KEY.toString())).containsExactly(SHOWN);
        assertThat(rows.findByKey("key " + KEY)).containsExactly(SHOWN);
        assertThat(rows.findByStatesContaining("SECRET")).containsExactly(SECRET);
        assertThat(rows.findByState(5)).as("by the reading converter").containsExactly(SECRET);
        assertThat(rows.purge()).isEqualTo(1);
        assertThat(rows.findAll()).containsExactly(SECRET);
    }

    /** A number of another class went past the converter and found nothing. */
    @Test
    void number_onAConvertedProperty_isComparedAsTheConverterWritesIt() {
        assertThat(rows.findByPay(7)).containsExactly(SHOWN);
        assertThat(rows.findByPayIn(List.of(7, 9))).containsExactly(SHOWN);
        assertThat(rows.seven()).containsExactly(SHOWN);
        assertThatThrownBy(() -> template.conditions(Row.class).ne("pay", 7.5))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("'pay'");
    }

    interface ByPart extends FlowDbRepository<Row, String> {
        List<Row> findByCodeContaining(String part);
    }

    interface ByStart extends FlowDbRepository<Row, String> {
        List<Row> findByCodeStartingWith(String start);
    }

    interface WithoutCase extends FlowDbRepository<Row, String> {
        List<Row> findByCodeIgnoreCase(String code);
    }

    interface WrittenLike extends FlowDbRepository<Row, String> {
        @Query("code like 'a%'")
        List<Row> like();
    }

    interface WrittenWithoutCase extends FlowDbRepository<Row, String> {
        @Query("ignorecase(code) = ?1")
        List<Row> same(String code);
    }

    interface ByCode extends FlowDbRepository<Row, String> {
        List<Row> findByCode(String code);

        List<Row> findByCodeIn(List<String> codes);
    }

    /** The text was compared with what the converter had written, of which it need not be a part. */
    @Test
    void partOfText_thatAConverterWrites_isRefused() {
        for (Class<?> type :
                List.of(ByPart.class, ByStart.class, WithoutCase.class, WrittenLike.class, WrittenWithoutCase.class)) {
            assertThatThrownBy(() -> new FlowDbRepositoryFactory(template).getRepository(type))
                    .hasStackTraceContaining("'code' of Row is stored as its converter writes it");
        }
        assertThatThrownBy(() -> template.conditions(Row.class).endsWith("code", "c", false))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("converter");
        ByCode whole = new FlowDbRepositoryFactory(template).getRepository(ByCode.class);
        assertThat(whole.findByCode("abc")).containsExactly(SHOWN);
        assertThat(whole.findByCodeIn(List.of("abc", "x"))).containsExactly(SHOWN);
    }
}
