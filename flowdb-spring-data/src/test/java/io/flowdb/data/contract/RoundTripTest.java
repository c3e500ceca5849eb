package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.Year;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.convert.PropertyValueConverter;
import org.springframework.data.convert.ValueConversionContext;
import org.springframework.data.convert.ValueConverter;
import org.springframework.data.domain.Example;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever can be saved can be read: entities that were stored without complaint and failed, or lost something, when
 * they were read. What cannot be read is refused before anything is stored.
 */
class RoundTripTest {

    /** A converter of a property, to each type that a property may be stored as. */
    abstract static class Stored<S>
            implements PropertyValueConverter<AtomicInteger, S, ValueConversionContext<FlowDbPersistentProperty>> {
        abstract S of(int number);

        abstract int number(S stored);

        @Override
        public AtomicInteger read(S stored, ValueConversionContext<FlowDbPersistentProperty> context) {
            return new AtomicInteger(number(stored));
        }

        @Override
        public S write(AtomicInteger value, ValueConversionContext<FlowDbPersistentProperty> context) {
            return of(value.get());
        }
    }

    static final class AsLong extends Stored<Long> {
        @Override
        Long of(int number) {
            return (long) number;
        }

        @Override
        int number(Long stored) {
            return Math.toIntExact(stored);
        }
    }

    static final class AsDouble extends Stored<Double> {
        @Override
        Double of(int number) {
            return (double) number;
        }

        @Override
        int number(Double stored) {
            return stored.intValue();
        }
    }

    static final class AsDecimal extends Stored<BigDecimal> {
        @Override
        BigDecimal of(int number) {
            return BigDecimal.valueOf(number);
        }

        @Override
        int number(BigDecimal stored) {
            return stored.intValueExact();
        }
    }

    static final class AsBytes extends Stored<byte[]> {
        @Override
        byte[] of(int number) {
            return new byte[] {(byte) number};
        }

        @Override
        int number(byte[] stored) {
            return stored[0];
        }
    }

    static final class AsInstant extends Stored<Instant> {
        @Override
        Instant of(int number) {
            return Instant.ofEpochSecond(number);
        }

        @Override
        int number(Instant stored) {
            return (int) stored.getEpochSecond();
        }
    }

    static final class AsTree extends Stored<JsonNode> {
        @Override
        JsonNode of(int number) {
            return JsonNodeFactory.instance.objectNode().put("n", number);
        }

        @Override
        int number(JsonNode stored) {
            return stored.get("n").asInt();
        }
    }

    @ObjectStore
    record Converted(
            @Id String id,
            @ValueConverter(AsLong.class) AtomicInteger asLong,
            @ValueConverter(AsDouble.class) AtomicInteger asDouble,
            @ValueConverter(AsDecimal.class) AtomicInteger asDecimal,
            @ValueConverter(AsBytes.class) AtomicInteger asBytes,
            @ValueConverter(AsInstant.class) AtomicInteger asInstant,
            @ValueConverter(AsTree.class) AtomicInteger asTree) {}

    /** Text, {@code Boolean} and {@code Integer} could be read, everything else was an Integer or a text. */
    @Test
    void propertyConverter_toAnySingleValue_isReadBack() {
        try (TestDatabase database = TestDatabase.with(Converted.class)) {
            AtomicInteger seven = new AtomicInteger(7);
            database.template().save(new Converted("1", seven, seven, seven, seven, seven, seven));
            Converted read = database.template().findById("1", Converted.class);
            assertThat(List.of(read.asLong, read.asDouble, read.asDecimal, read.asBytes, read.asInstant, read.asTree))
                    .allSatisfy(number -> assertThat(number).hasValue(7));
        }
    }

    @ObjectStore
    record Keys(
            @Id String id,
            Map<Year, String> byYear,
            Map<Duration, String> byDuration,
            Map<Double, String> byDouble,
            ConcurrentMap<String, Integer> concurrent,
            ConcurrentNavigableMap<String, Integer> navigable,
            BlockingQueue<Integer> queue) {}

    @Test
    void maps_withKeysThatAreWrittenAsNumbers_areReadBack() {
        try (TestDatabase database = TestDatabase.with(Keys.class)) {
            Keys keys = new Keys(
                    "1",
                    Map.of(Year.of(2026), "a"),
                    Map.of(Duration.ofMillis(1500), "b"),
                    Map.of(Double.NaN, "c", 0.5, "d"),
                    new ConcurrentHashMap<>(Map.of("e", 1)),
                    new ConcurrentSkipListMap<>(Map.of("f", 2)),
                    new LinkedBlockingDeque<>(List.of(3, 4)));
            database.template().save(keys);
            Keys read = database.template().findById("1", Keys.class);
            assertThat(read).usingRecursiveComparison().ignoringFields("queue").isEqualTo(keys);
            assertThat(read.queue).containsExactly(3, 4);
        }
    }

    @ObjectStore
    static class Growing {
        @Id
        @Nullable
        String id;

        final List<String> items = new ArrayList<>();
    }

    /** The items were stored, not read, and so lost with the next save. */
    @Test
    void finalField_thatNoConstructorTakes_isRefused() {
        try (TestDatabase database = TestDatabase.with(Growing.class)) {
            Growing growing = new Growing();
            growing.id = "1";
            growing.items.add("x");
            assertThatThrownBy(() -> database.template().save(growing))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("'items'")
                    .hasMessageContaining("final");
            assertThat(database.db().get("growing", "1")).isNull();
        }
    }

    @ObjectStore
    record Trees(@Id String id, JsonNode any, ObjectNode object, List<JsonNode> list, AtomicTree atomic) {}

    record AtomicTree(@Nullable JsonNode inside) {}

    record Steps(List<Integer> all) implements Iterable<Integer> {
        @Override
        public Iterator<Integer> iterator() {
            return all.iterator();
        }
    }

    @ObjectStore
    record Walk(@Id String id, Steps steps) {}

    /** It was taken for a collection and for what it holds in turn, without an end. */
    @Test
    void valueThatCanBeIterated_isAValue() {
        try (TestDatabase database = TestDatabase.with(Walk.class)) {
            Walk walk = new Walk("1", new Steps(List.of(1, 2)));
            database.template().save(walk);
            assertThat(database.template().findById("1", Walk.class)).isEqualTo(walk);
        }
    }

    @ObjectStore
    record Unknown(@Id String id, java.nio.file.Path path) {}

    /** Such an entity did not even get its store. */
    @Test
    void trees_asProperties_areReadBack() {
        try (TestDatabase database = TestDatabase.with(Trees.class)) {
            ObjectNode object = JsonNodeFactory.instance.objectNode().put("a", 1);
            Trees trees = new Trees("1", object.get("a"), object, List.of(object), new AtomicTree(object));
            database.template().save(trees);
            assertThat(database.template().findById("1", Trees.class)).isEqualTo(trees);
        }
        assertThatThrownBy(() -> {
                    try (TestDatabase database = TestDatabase.with(Unknown.class)) {
                        database.template().save(new Unknown("1", java.nio.file.Path.of("x")));
                    }
                })
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("FlowDbCustomConversions");
    }

    @ObjectStore
    record Patterns(@Id String id, Pattern pattern) {}

    @Test
    void pattern_withFlags_keepsThem() {
        try (TestDatabase database = TestDatabase.with(Patterns.class)) {
            for (Pattern pattern : List.of(
                    Pattern.compile("a.b"),
                    Pattern.compile("a.b", Pattern.CASE_INSENSITIVE | Pattern.DOTALL),
                    Pattern.compile("(?i)a", Pattern.MULTILINE),
                    Pattern.compile("(?:a)"),
                    Pattern.compile("a.b", Pattern.LITERAL),
                    Pattern.compile("(?i)", Pattern.LITERAL | Pattern.CANON_EQ))) {
                database.template().save(new Patterns("1", pattern));
                Pattern read = database.template().findById("1", Patterns.class).pattern;
                assertThat(read.pattern()).isEqualTo(pattern.pattern());
                assertThat(read.flags()).as(pattern.pattern()).isEqualTo(pattern.flags());
            }
        }
    }

    @ObjectStore
    record Computed(@Id String id, @Value("#root.id") String twice) {}

    /** The expression was passed over, and the parameter null. */
    @Test
    void constructorParameter_thatIsAnExpression_isRefused() {
        try (TestDatabase database = TestDatabase.with(Computed.class)) {
            assertThatThrownBy(() -> database.template().save(new Computed("1", "x")))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("@Value");
        }
    }

    @ObjectStore
    record Priced(@Id BigDecimal id, String name) {}

    @Test
    void idZero_ofATypeThatIsNotCounted_isAnId() {
        try (TestDatabase database = TestDatabase.with(Priced.class)) {
            database.template().save(new Priced(BigDecimal.ZERO, "nothing"));
            assertThat(database.template().findById(BigDecimal.ZERO, Priced.class))
                    .isEqualTo(new Priced(BigDecimal.ZERO, "nothing"));
        }
    }

    sealed interface Shape permits Square, Circle {}

    record Square(int side, @Nullable String label) implements Shape {}

    record Circle(int radius, @Nullable String label) implements Shape {}

    record Address(@Nullable String city) {}

    @ObjectStore
    record Drawing(@Id String id, @Nullable Shape shape, java.util.Optional<Address> from) {}

    /** The nested value had no part in the query, which found every row. */
    @Test
    void example_withANestedValueOfASubclass_isRefusedUnlessItsPropertiesAreThoseOfTheDeclaredType() {
        try (TestDatabase database = TestDatabase.with(Drawing.class)) {
            var drawings = database.repository(Drawings.class);
            drawings.save(new Drawing("1", new Square(2, "s"), java.util.Optional.empty()));
            drawings.save(new Drawing("2", null, java.util.Optional.of(new Address("Oslo"))));
            assertThatThrownBy(() -> drawings.findAll(
                            Example.of(new Drawing(null, new Circle(77, "z"), java.util.Optional.empty()))))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("'shape.radius'")
                    .hasMessageContaining("withIgnorePaths");
            assertThat(drawings.findAll(
                            Example.of(new Drawing(null, null, java.util.Optional.of(new Address("Oslo"))))))
                    .extracting(Drawing::id)
                    .containsExactly("2");
        }
    }

    interface Drawings extends io.flowdb.data.repository.FlowDbRepository<Drawing, String> {}
}
