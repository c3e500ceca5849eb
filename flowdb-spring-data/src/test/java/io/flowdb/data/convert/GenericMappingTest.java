package io.flowdb.data.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.mapping.FlowDbMappingContext;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.Temporal;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.core.convert.converter.Converter;
import org.springframework.data.convert.ReadingConverter;
import org.springframework.data.convert.WritingConverter;
import org.springframework.data.mapping.MappingException;
import tools.jackson.databind.JsonNode;

/** Type arguments, collections by interface, and values that could be written but not read. */
class GenericMappingTest {

    private final FlowDbConverter converter = new MappingFlowDbConverter(new FlowDbMappingContext());

    record Order(String number, int total) {}

    record User(String name, int age) {}

    abstract static class Event<T> {
        @Id
        @Nullable
        String id;

        @Nullable
        T payload;
    }

    @ObjectStore
    static class OrderEvent extends Event<Order> {}

    @ObjectStore
    static class UserEvent extends Event<User> {}

    /** Both inherit one field, so their properties are equal; the codec of the first was used for the second. */
    @Test
    void inheritedProperty_ofATypeVariable_isOfTheSubclassesType() {
        OrderEvent order = new OrderEvent();
        order.payload = new Order("n", 3);
        UserEvent user = new UserEvent();
        user.payload = new User("ada", 36);

        JsonNode orderDocument = converter.write(order);
        JsonNode userDocument = converter.write(user);

        assertThat(orderDocument.get("payload").toString()).isEqualTo("{\"number\":\"n\",\"total\":3}");
        assertThat(userDocument.get("payload").toString()).isEqualTo("{\"name\":\"ada\",\"age\":36}");
        assertThat(converter.read(UserEvent.class, userDocument).payload).isEqualTo(user.payload);
        assertThat(converter.read(OrderEvent.class, orderDocument).payload).isEqualTo(order.payload);
    }

    abstract static class Keyed<K> {
        @Id
        @Nullable
        K id;
    }

    @ObjectStore
    static class ByLong extends Keyed<Long> {}

    @ObjectStore
    static class ByUuid extends Keyed<UUID> {}

    @Test
    void inheritedId_ofATypeVariable_isOfTheSubclassesType() {
        ByLong first = new ByLong();
        first.id = 7L;
        ByUuid second = new ByUuid();
        second.id = new UUID(1, 2);

        assertThat(converter.read(ByLong.class, converter.write(first)).id).isEqualTo(7L);
        assertThat(converter.read(ByUuid.class, converter.write(second)).id).isEqualTo(new UUID(1, 2));
    }

    record Box<T>(T value) {}

    sealed interface Shape<T> {}

    record Circle<T>(T radius) implements Shape<T> {}

    @ObjectStore
    record Boxes(
            @Id String id,
            Box<Instant> when,
            Box<Long> number,
            Box<Box<LocalDate>> deep,
            List<Box<Instant>> many,
            Map<String, Box<Long>> named,
            Shape<Long> shape) {}

    @Test
    void nestedGenericTypes_keepTheirArguments() {
        Instant time = Instant.parse("2026-11-27T12:00:00Z");
        Boxes boxes = new Boxes(
                "a",
                new Box<>(time),
                new Box<>(5L),
                new Box<>(new Box<>(LocalDate.of(2026, 11, 27))),
                List.of(new Box<>(time)),
                Map.of("k", new Box<>(9L)),
                new Circle<>(4L));

        assertThat(converter.read(Boxes.class, converter.write(boxes))).isEqualTo(boxes);
    }

    @ObjectStore
    record Elements(@Id String id, Collection<String> log, Queue<String> queue, Deque<String> deque) {}

    @Test
    void collectionsByInterface_keepEveryElement() {
        Elements elements = new Elements(
                "1", List.of("b", "a", "b"), new ArrayDeque<>(List.of("x", "x")), new ArrayDeque<>(List.of("y", "z")));

        Elements read = converter.read(Elements.class, converter.write(elements));

        assertThat(read.log()).containsExactly("b", "a", "b");
        assertThat(read.queue()).containsExactly("x", "x");
        assertThat(read.deque()).containsExactly("y", "z");
    }

    @ObjectStore
    record Dotted(@Id String id, @JsonProperty("user.name") String name) {}

    @Test
    void fieldName_withADot_isRefused() {
        assertThatThrownBy(() -> converter.write(new Dotted("1", "ada")))
                .isInstanceOf(MappingException.class)
                .hasStackTraceContaining("user.name");
    }

    interface Permission {}

    enum BasicPermission implements Permission {
        READ
    }

    @ObjectStore
    record Anything(
            @Id String id,
            @Nullable Object any,
            @Nullable Permission permission,
            @Nullable Temporal time) {}

    /** All of these were written, and the entity could not be read any more. */
    @Test
    void valuesThatCouldNotBeRead_areRefusedWhenWritten() {
        expectRefused(new Anything("1", Map.of("_class", "zz"), null, null), "_class");
        expectRefused(new Anything("1", Map.of("in", Map.of("_class", "zz")), null, null), "_class");
        expectRefused(new Anything("1", null, BasicPermission.READ, null), Permission.class.getName());
        expectRefused(new Anything("1", null, null, Instant.EPOCH), Temporal.class.getName());

        Anything fine = new Anything("1", Map.of("in", List.of(1, "a")), null, null);
        assertThat(converter.read(Anything.class, converter.write(fine))).isEqualTo(fine);
    }

    private void expectRefused(Anything value, String named) {
        assertThatThrownBy(() -> converter.write(value))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(named);
    }

    record Ident(String a, @Nullable String b) {}

    record Owner(Ident id, String name) {}

    @ObjectStore
    record Owned(@Id String id, Owner owner) {}

    /** It was taken for a composite key. */
    @Test
    void propertyCalledId_inANestedValue_isAnyOther() {
        Owned owned = new Owned("1", new Owner(new Ident("a", null), "n"));

        JsonNode document = converter.write(owned);

        assertThat(document.at("/owner/id/a").stringValue()).isEqualTo("a");
        assertThat(converter.read(Owned.class, document)).isEqualTo(owned);
    }

    @ObjectStore
    record Secret(@Id Long id, String text) {}

    @WritingConverter
    static final class Reverser implements Converter<String, String> {
        @Override
        public String convert(String source) {
            return new StringBuilder(source).reverse().toString();
        }
    }

    @ReadingConverter
    static final class Restorer implements Converter<String, String> {
        @Override
        public String convert(String source) {
            return new StringBuilder(source).reverse().toString();
        }
    }

    /** It was applied to what it gave, without an end. */
    @Test
    void converter_fromATypeToItself_isAppliedOnce() {
        FlowDbCustomConversions conversions = new FlowDbCustomConversions(List.of(new Reverser(), new Restorer()));
        FlowDbMappingContext context = new FlowDbMappingContext();
        context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
        FlowDbConverter reversing = new MappingFlowDbConverter(context, conversions);
        Secret secret = new Secret(1L, "abc");

        JsonNode document = reversing.write(secret);

        assertThat(document.get("text").stringValue()).isEqualTo("cba");
        assertThat(reversing.read(Secret.class, document)).isEqualTo(secret);
    }
}
