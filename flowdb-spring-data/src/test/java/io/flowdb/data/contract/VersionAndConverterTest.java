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
import io.flowdb.json.JsonDB;
import io.flowdb.json.SchemaMode;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.convert.converter.Converter;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.annotation.Version;
import org.springframework.data.convert.ReadingConverter;
import org.springframework.data.convert.WritingConverter;
import org.springframework.data.mapping.MappingException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Versions of every type, and converters that fail. */
class VersionAndConverterTest {

    @ObjectStore
    record WithDouble(@Id String id, @Version @Nullable Double version) {}

    @ObjectStore
    record WithInteger(@Id String id, @Version @Nullable BigInteger version) {}

    @ObjectStore
    record WithByte(@Id String id, @Version byte version) {}

    @ObjectStore
    record WithText(@Id String id, @Version @Nullable String version) {}

    @ObjectStore
    record WithTime(@Id String id, @Version @Nullable Instant version) {}

    /**
     * Of fractions 1.7 passed for version 1, of large numbers 2^64 + 1; text and times were refused, but by the first
     * save.
     */
    @ParameterizedTest
    @ValueSource(classes = {WithDouble.class, WithInteger.class, WithByte.class, WithText.class, WithTime.class})
    void version_thatDoesNotCount_isRefusedAtTheStart(Class<?> type) {
        assertThatThrownBy(() -> TestDatabase.with(type))
                .isInstanceOf(MappingException.class)
                .hasStackTraceContaining("'version' of " + type.getName())
                .hasStackTraceContaining("Long, Integer or Short");
    }

    @ObjectStore
    record Small(@Id String id, @Version short version, int value) {}

    @ObjectStore
    static class Large {
        @Id
        @Nullable
        String id;

        @Version
        @Nullable
        Long version;
    }

    /** A long went on below zero; a short failed with what Spring says of numbers. */
    @Test
    void version_atItsEnd_isRefused() {
        try (TestDatabase database = TestDatabase.with(Small.class, Large.class)) {
            FlowDbTemplate template = database.template();
            put(database, "small", Map.of("id", "a", "version", Short.MAX_VALUE, "value", 1));
            put(database, "large", Map.of("id", "a", "version", Long.MAX_VALUE));
            assertThatThrownBy(() -> template.save(new Small("a", Short.MAX_VALUE, 2)))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("beyond " + Short.MAX_VALUE);
            Large large = template.findById("a", Large.class);
            assertThatThrownBy(() -> template.save(large))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("beyond " + Long.MAX_VALUE);
            assertThat(large.version).isEqualTo(Long.MAX_VALUE);
            assertThat(template.findById("a", Small.class).value()).isEqualTo(1);
        }
    }

    private static void put(TestDatabase database, String store, Map<String, Object> document) {
        database.db().put(store, JsonMapper.shared().<JsonNode>valueToTree(document));
    }

    /** Failed as if another had changed the entity meanwhile. */
    @Test
    void version_setByAnUpdate_isRefused() {
        try (TestDatabase database = TestDatabase.with(Small.class)) {
            database.template().save(new Small("a", (short) 0, 1));
            assertThatThrownBy(() -> database.template().update(Small.class).set("version", (short) 7))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("is its version");
            assertThatThrownBy(() -> database.template().update(Small.class).increment("version", 1))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class);
        }
    }

    /** What fails within several is undone, and the entities of the caller are as they were. */
    @Test
    void saveAll_withOneThatIsStale_leavesNothing() {
        try (TestDatabase database = TestDatabase.with(Large.class)) {
            FlowDbTemplate template = database.template();
            Large one = large("a", null);
            Large stale = large("b", 5L);
            assertThatThrownBy(() -> template.saveAll(List.of(one, stale)))
                    .isInstanceOf(OptimisticLockingFailureException.class);
            assertThat(one.version).isNull();
            assertThat(stale.version).isEqualTo(5);
            assertThat(template.findById("a", Large.class)).isNull();

            Large read = large("a", null);
            template.save(read);
            Large copy = template.findById("a", Large.class);
            assertThatThrownBy(() -> template.saveAll(List.of(read, copy)))
                    .isInstanceOf(OptimisticLockingFailureException.class);
            assertThat(read.version).isEqualTo(1);
            assertThat(copy.version).isEqualTo(1);
        }
    }

    private static Large large(String id, @Nullable Long version) {
        Large large = new Large();
        large.id = id;
        large.version = version;
        return large;
    }

    record Money(int cents) {}

    @WritingConverter
    enum Write implements Converter<Money, String> {
        INSTANCE;

        @Override
        public String convert(Money money) {
            if (money.cents() < 0) {
                throw new IllegalStateException("a debt");
            }
            return money.cents() + " ct";
        }
    }

    @ReadingConverter
    enum Read implements Converter<String, Money> {
        INSTANCE;

        @Override
        public Money convert(String text) {
            return new Money(Integer.parseInt(text.replace(" ct", "")));
        }
    }

    @ObjectStore
    record Account(@Id Money id, Money balance, List<Money> bookings) {}

    /** Its exception came alone, without property and entity, and was no {@code DataAccessException}. */
    @Test
    void converter_thatThrows_isNamedByItsProperty() {
        FlowDbCustomConversions conversions = new FlowDbCustomConversions(List.of(Write.INSTANCE, Read.INSTANCE));
        FlowDbMappingContext context = new FlowDbMappingContext();
        context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
        context.setInitialEntitySet(Set.of(Account.class));
        context.afterPropertiesSet();
        MappingFlowDbConverter converter = new MappingFlowDbConverter(context, conversions);
        try (JsonDB database = TestDatabase.open()) {
            database.applySchemas(new StoreSchemas(converter).all(), SchemaMode.UPDATE);
            FlowDbTemplate template = new FlowDbTemplate(database, converter);
            Money fine = new Money(1);
            Money debt = new Money(-1);
            template.save(new Account(fine, fine, List.of(fine)));

            assertThatThrownBy(() -> template.save(new Account(fine, debt, List.of())))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("'balance' of " + Account.class.getName())
                    .hasRootCauseMessage("a debt");
            assertThatThrownBy(() -> template.save(new Account(fine, fine, List.of(fine, debt))))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("'bookings'");
            assertThatThrownBy(() -> template.query(Account.class).matching(c -> c.eq("balance", debt)))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("'balance'");
            assertThatThrownBy(() -> template.findById(debt, Account.class))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("'id'");
            assertThat(template.findById(fine, Account.class)).isEqualTo(new Account(fine, fine, List.of(fine)));
        }
    }
}
