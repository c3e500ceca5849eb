package io.flowdb.data.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.core.convert.converter.Converter;
import org.springframework.data.annotation.PersistenceCreator;
import org.springframework.data.annotation.ReadOnlyProperty;
import org.springframework.data.annotation.Transient;
import org.springframework.data.annotation.TypeAlias;
import org.springframework.data.convert.PropertyValueConverter;
import org.springframework.data.convert.ReadingConverter;
import org.springframework.data.convert.ValueConversionContext;
import org.springframework.data.convert.ValueConverter;
import org.springframework.data.convert.WritingConverter;
import org.springframework.data.mapping.MappingException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is written is read back equal, by every way a class can be built; documents look as promised. */
class MappingFlowDbConverterTest {

    private final FlowDbMappingContext context = new FlowDbMappingContext();
    private final MappingFlowDbConverter converter = new MappingFlowDbConverter(context);

    enum Color {
        RED,
        GREEN {
            @Override
            boolean isCalm() {
                return true;
            }
        };

        boolean isCalm() {
            return false;
        }
    }

    record Address(String city, @JsonProperty("zip_code") String zipCode) {}

    @ObjectStore
    record Everything(
            @Id String id,
            boolean truth,
            byte small,
            short shorter,
            int number,
            Integer boxed,
            long big,
            float single,
            double real,
            char letter,
            BigInteger huge,
            BigDecimal price,
            Color color,
            UUID uuid,
            byte[] bytes,
            Optional<String> maybe,
            Address address,
            List<Address> addresses,
            Set<Color> colors,
            SortedSet<String> sorted,
            int[] numbers,
            String[] names,
            List<List<Integer>> nested,
            Map<String, Address> byName,
            Map<Integer, String> byNumber,
            Map<Color, Boolean> byColor,
            Object anything) {}

    @ObjectStore
    record Times(
            @Id Instant instant,
            LocalDate date,
            LocalTime time,
            LocalDateTime dateTime,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            Duration duration,
            Period period,
            Year year,
            YearMonth yearMonth,
            MonthDay monthDay,
            DayOfWeek day,
            ZoneId zone,
            Locale locale,
            Currency currency,
            URI uri,
            java.util.Date legacy) {}

    @Test
    void read_everything_equalsWritten() {
        Everything e = new Everything(
                "1",
                true,
                (byte) -7,
                (short) 300,
                42,
                null,
                Long.MIN_VALUE,
                0.1f,
                Math.PI,
                'ß',
                BigInteger.TWO.pow(100),
                new BigDecimal("12.340"),
                Color.GREEN,
                UUID.randomUUID(),
                new byte[] {1, -1},
                Optional.of("x"),
                new Address("Paris", "75001"),
                List.of(new Address("Rome", null)),
                EnumSet.of(Color.RED, Color.GREEN),
                new TreeSet<>(Set.of("b", "a")),
                new int[] {1, 2},
                new String[] {"x", null},
                List.of(List.of(1), List.of()),
                Map.of("k", new Address("Oslo", "0")),
                Map.of(7, "seven"),
                Map.of(Color.RED, true),
                List.of("a", 1, true));
        Everything back = converter.read(Everything.class, reparsed(converter.write(e)));
        assertThat(back).usingRecursiveComparison().isEqualTo(e);
        assertThat(back.colors()).containsExactly(Color.RED, Color.GREEN);
    }

    @ObjectStore
    record Maybe(@Id String id, Optional<Integer> age, List<Optional<String>> names) {}

    static class MaybeBean {
        @Id
        String id;

        Optional<String> name;
    }

    /** An empty Optional came back as null, which is what one is there to avoid. */
    @Test
    void read_emptyOptional_isNoNull() {
        Maybe nobody = new Maybe("1", Optional.empty(), List.of(Optional.empty(), Optional.of("x")));
        assertThat(converter.read(Maybe.class, reparsed(converter.write(nobody))))
                .isEqualTo(nobody);
        JsonNode without = JsonNodeFactory.instance.objectNode().put("id", "1");
        assertThat(converter.read(Maybe.class, without).age()).isEmpty();
        JsonNode withNull = JsonNodeFactory.instance.objectNode().put("id", "1").putNull("name");
        assertThat(converter.read(MaybeBean.class, withNull).name).isEmpty();
    }

    @ObjectStore
    static class Person {
        @Id
        String id = "1";

        Person friend;
    }

    /** It was a bare StackOverflowError, without a word of which entity. */
    @Test
    void write_entityThatLeadsBackToItself_isRefusedByName() {
        Person person = new Person();
        person.friend = person;
        assertThatThrownBy(() -> converter.write(person))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("Person")
                .hasMessageContaining("leads back to itself");
        person.friend = new Person();
        assertThat(converter.write(person).at("/friend/id").stringValue()).isEqualTo("1");
    }

    @Test
    void read_times_equalsWritten() {
        Times t = new Times(
                Instant.parse("2026-11-22T16:42:01.123456789Z"),
                LocalDate.of(2026, 2, 28),
                LocalTime.of(23, 59, 1, 5),
                LocalDateTime.of(2026, 1, 1, 0, 0),
                OffsetDateTime.parse("2026-01-01T00:00:00+02:00"),
                ZonedDateTime.parse("2026-01-01T00:00:00+01:00[Europe/Paris]"),
                Duration.ofSeconds(-1, 1),
                Period.of(1, 2, 3),
                Year.of(-5),
                YearMonth.of(2026, 3),
                MonthDay.of(2, 29),
                DayOfWeek.FRIDAY,
                ZoneId.of("Asia/Tokyo"),
                Locale.forLanguageTag("pt-BR"),
                Currency.getInstance("EUR"),
                URI.create("https://example.org/a?b"),
                new java.util.Date(1234567890123L));
        ObjectNode document = converter.write(t);
        assertThat(converter.read(Times.class, reparsed(document))).isEqualTo(t);
        assertThat(document.get("instant").stringValue()).isEqualTo("2026-11-22T16:42:01.123456789Z");
        assertThat(document.get("duration").longValue()).isEqualTo(-999_999_999L);
        assertThat(document.get("day").stringValue()).isEqualTo("FRIDAY");
    }

    @Test
    void write_nulls_areExplicitAndMissingFieldsReadAsNull() {
        ObjectNode document = converter.write(new Address(null, "1"));
        assertThat(document.toString()).isEqualTo("{\"city\":null,\"zip_code\":\"1\"}");
        document.remove("city");
        assertThat(converter.read(Address.class, document)).isEqualTo(new Address(null, "1"));
    }

    @Test
    void read_doubles_keepSpecialValues() {
        record Reals(double a, Double b, float c) {}
        Reals r = new Reals(Double.NaN, Double.NEGATIVE_INFINITY, Float.MAX_VALUE);
        assertThat(converter.read(Reals.class, reparsed(converter.write(r)))).isEqualTo(r);
    }

    @Test
    void read_wrongKind_namesProperty() {
        JsonNode document = parse("{\"id\":\"1\",\"number\":\"many\"}");
        assertThatThrownBy(() -> converter.read(Everything.class, document))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("number")
                .hasMessageContaining("Everything");
    }

    @ObjectStore
    static class Bean {
        @Id
        private String key;

        private String name = "unset";
        private transient String skipped = "x";

        @Transient
        private String alsoSkipped = "y";

        @ReadOnlyProperty
        private String readOnly = "z";

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }
    }

    @Test
    void write_bean_leavesOutTransientAndReadOnly() {
        Bean bean = new Bean();
        bean.key = "k";
        assertThat(converter.write(bean).toString()).isEqualTo("{\"key\":\"k\",\"name\":\"unset\"}");
        Bean back = converter.read(Bean.class, parse("{\"key\":\"k\",\"readOnly\":\"stored\"}"));
        assertThat(back.getName()).isEqualTo("unset");
        assertThat(back.readOnly).isEqualTo("stored");
        assertThat(back.skipped).isEqualTo("x");
        assertThat(back.alsoSkipped).isEqualTo("y");
    }

    static final class Immutable {
        private final String id;
        private final int count;

        Immutable(String id, int count) {
            this.id = id;
            this.count = count;
        }

        @PersistenceCreator
        static Immutable of(String id) {
            return new Immutable(id, -1);
        }

        Immutable withCount(int count) {
            return new Immutable(id, count);
        }
    }

    @Test
    void read_immutable_usesCreatorAndWithers() {
        Immutable back = converter.read(Immutable.class, converter.write(new Immutable("a", 3)));
        assertThat(back.id).isEqualTo("a");
        assertThat(back.count).isEqualTo(3);
    }

    sealed interface Shape {}

    record Circle(double radius) implements Shape {}

    @TypeAlias("box")
    record Box(double side) implements Shape {}

    record Drawing(List<Shape> shapes, Shape main) {}

    @Test
    void read_sealedTypes_areNamedByAliasOrClass() {
        Drawing drawing = new Drawing(List.of(new Circle(1), new Box(2)), new Box(3));
        ObjectNode document = converter.write(drawing);
        assertThat(document.get("main").get("_class").stringValue()).isEqualTo("box");
        assertThat(new MappingFlowDbConverter(new FlowDbMappingContext()).read(Drawing.class, document))
                .isEqualTo(drawing);
    }

    @Test
    void read_strangeTypeName_isRefused() {
        for (String name :
                List.of("java.util.ArrayList", "javax.script.ScriptEngineManager", Address.class.getName())) {
            JsonNode document = parse("{\"main\":{\"_class\":\"" + name + "\"},\"shapes\":[]}");
            assertThatThrownBy(() -> converter.read(Drawing.class, document))
                    .as(name)
                    .isInstanceOf(MappingException.class)
                    .hasMessageContaining(name);
        }
    }

    @ObjectStore("animals")
    static class Animal {
        @Id
        String id;
    }

    static class Dog extends Animal {
        String breed;
    }

    @Test
    void read_subclassOfStoredClass_isRecreated() {
        Dog dog = new Dog();
        dog.id = "d";
        dog.breed = "collie";
        Animal back = converter.read(Animal.class, converter.write(dog));
        assertThat(back).isInstanceOf(Dog.class);
        assertThat(((Dog) back).breed).isEqualTo("collie");
        assertThat(converter.write(new Animal()).has("_class")).isFalse();
    }

    record Money(BigDecimal amount, String currency) {}

    @WritingConverter
    static final class MoneyWriter implements Converter<Money, String> {
        @Override
        public String convert(Money m) {
            return m.currency() + " " + m.amount();
        }
    }

    @ReadingConverter
    static final class MoneyReader implements Converter<String, Money> {
        @Override
        public Money convert(String s) {
            return new Money(new BigDecimal(s.substring(4)), s.substring(0, 3));
        }
    }

    static final class Reversed
            implements PropertyValueConverter<String, String, ValueConversionContext<FlowDbPersistentProperty>> {
        @Override
        public String read(String s, ValueConversionContext<FlowDbPersistentProperty> context) {
            return new StringBuilder(s).reverse().toString();
        }

        @Override
        public String write(String s, ValueConversionContext<FlowDbPersistentProperty> context) {
            return new StringBuilder(s).reverse().toString();
        }
    }

    record Invoice(
            Money total,
            List<Money> lines,
            @ValueConverter(Reversed.class) String secret) {}

    @Test
    void convert_customTypesAndProperties_goThroughTheirConverters() {
        FlowDbCustomConversions conversions =
                new FlowDbCustomConversions(List.of(new MoneyWriter(), new MoneyReader()));
        FlowDbMappingContext custom = new FlowDbMappingContext();
        custom.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
        MappingFlowDbConverter withMoney = new MappingFlowDbConverter(custom, conversions);
        Invoice invoice =
                new Invoice(new Money(new BigDecimal("1.50"), "EUR"), List.of(new Money(BigDecimal.ONE, "USD")), "abc");
        ObjectNode document = withMoney.write(invoice);
        assertThat(document.toString()).isEqualTo("{\"total\":\"EUR 1.50\",\"lines\":[\"USD 1\"],\"secret\":\"cba\"}");
        assertThat(withMoney.read(Invoice.class, document)).isEqualTo(invoice);
        FlowDbPersistentEntity<?> entity = custom.getRequiredPersistentEntity(Invoice.class);
        JsonNode parameter = withMoney.writeValue(entity.getRequiredPersistentProperty("total"), invoice.total());
        assertThat(parameter.stringValue()).isEqualTo("EUR 1.50");
    }

    @WritingConverter
    static final class YesWriter implements Converter<Boolean, String> {
        @Override
        public String convert(Boolean value) {
            return value ? "yes" : "no";
        }
    }

    @ReadingConverter
    static final class YesReader implements Converter<String, Boolean> {
        @Override
        public Boolean convert(String text) {
            return text.equals("yes");
        }
    }

    record Answers(boolean first, Boolean second, boolean[] more) {}

    /** It was for the boxed ones only, so that one type had two forms. */
    @Test
    void convert_customTypeOfAPrimitive_isForBothOfItsForms() {
        FlowDbCustomConversions conversions = new FlowDbCustomConversions(List.of(new YesWriter(), new YesReader()));
        FlowDbMappingContext custom = new FlowDbMappingContext();
        custom.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
        MappingFlowDbConverter withYes = new MappingFlowDbConverter(custom, conversions);

        ObjectNode document = withYes.write(new Answers(true, false, new boolean[] {true, false}));

        assertThat(document.toString()).isEqualTo("{\"first\":\"yes\",\"second\":\"no\",\"more\":[\"yes\",\"no\"]}");
        Answers read = withYes.read(Answers.class, document);
        assertThat(read.first()).isTrue();
        assertThat(read.second()).isFalse();
        assertThat(read.more()).containsExactly(true, false);
        FlowDbPersistentEntity<?> entity = custom.getRequiredPersistentEntity(Answers.class);
        assertThat(withYes.writeValue(entity.getRequiredPersistentProperty("first"), true)
                        .stringValue())
                .isEqualTo("yes");
    }

    record OrderId(String tenant, long number) {}

    @ObjectStore
    record Order(@Id OrderId id, String text) {}

    @Test
    void write_compositeId_isAnArrayInDeclaredOrder() {
        Order order = new Order(new OrderId("acme", 7), "t");
        ObjectNode document = converter.write(order);
        assertThat(document.toString()).isEqualTo("{\"id\":[\"acme\",7],\"text\":\"t\"}");
        assertThat(converter.read(Order.class, document)).isEqualTo(order);
        assertThat(converter.fieldPath(context.getPersistentPropertyPath("id.number", Order.class)))
                .isEqualTo("id.1");
    }

    @Test
    void writeValue_parameters_haveTheStoredForm() {
        FlowDbPersistentEntity<?> times = context.getRequiredPersistentEntity(Times.class);
        FlowDbPersistentProperty instant = times.getRequiredPersistentProperty("instant");
        assertThat(converter.writeValue(instant, Instant.EPOCH).stringValue())
                .isEqualTo("1970-01-01T00:00:00.000000000Z");
        assertThat(converter.writeValue(instant, "1970-01-01T00:00:00Z").stringValue())
                .isEqualTo("1970-01-01T00:00:00.000000000Z");
        FlowDbPersistentEntity<?> everything = context.getRequiredPersistentEntity(Everything.class);
        assertThat(converter
                        .writeValue(everything.getRequiredPersistentProperty("big"), 5)
                        .longValue())
                .isEqualTo(5);
        assertThat(converter
                        .writeValue(everything.getRequiredPersistentProperty("colors"), Color.GREEN)
                        .stringValue())
                .isEqualTo("GREEN");
        assertThatThrownBy(() -> converter.writeValue(instant, 5))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("instant");
    }

    private static JsonNode reparsed(ObjectNode document) {
        return parse(document.toString());
    }

    private static JsonNode parse(String json) {
        JsonMapper mapper = JsonMapper.builder()
                .enable(tools.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        return mapper.readTree(json);
    }
}
