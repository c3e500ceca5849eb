package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.error.UniqueViolationException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonSerialize;

/**
 * Annotations and the JSON that they are about. Indexes were made for paths that no document has, so that a unique one
 * let equal values in, or annotations were passed over, wherever Jackson writes a type in another way than as an object
 * under its property's name.
 */
class AnnotatedPathsTest {
    private final JsonDB db = JsonDB.on(new MemoryStore());

    @AfterEach
    void close() {
        db.close();
    }

    record Street(@Indexed String name, int number) {}

    record Deep(@Indexed String x) {}

    record Home(
            @Indexed(unique = true) String city,
            @JsonUnwrapped(prefix = "street_") Street street) {}

    record Work(@Indexed String city, Deep deep) {}

    @ObjectStore("s")
    record Unwrapped(
            @Id String id,
            @JsonUnwrapped Home home,
            @JsonUnwrapped(prefix = "work_", suffix = "_") Optional<Work> work) {}

    @Test
    void unwrappedParts_areIndexedWhereTheyAreWritten() {
        db.applySchema(Unwrapped.class);
        assertThat(db.getStore("s").indexes())
                .containsExactlyInAnyOrder(
                        IndexSchema.unique("by_city", "city"),
                        IndexSchema.of("by_street_name", "street_name"),
                        IndexSchema.of("by_work_city_", "work_city_"),
                        IndexSchema.of("by_work_deep_.x", "work_deep_.x"));
        Optional<Work> work = Optional.of(new Work("Rome", new Deep("y")));
        db.putDoc("s", new Unwrapped("a", new Home("Oslo", new Street("Ring", 1)), work));
        for (IndexSchema index : db.getStore("s").indexes()) {
            assertThat(db.getByIndex("s", index.name(), KeyRange.all()))
                    .as("%s in %s", index, db.get("s", "a"))
                    .hasSize(1);
        }
        assertThatThrownBy(() -> db.putDoc("s", new Unwrapped("b", new Home("Oslo", new Street("Hill", 2)), work)))
                .isInstanceOf(UniqueViolationException.class);
    }

    sealed interface Contact permits Phone, Mail {
        @Indexed
        String country();
    }

    record Phone(String country, @Indexed String number) implements Contact {}

    record Mail(String country, @Indexed(unique = true) String address) implements Contact {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Dog.class, name = "dog")})
    interface Pet {
        @Indexed
        String getName();
    }

    record Dog(String name, @Indexed int age) implements Pet {
        @Override
        public String getName() {
            return name;
        }
    }

    record Code(@JsonValue Street street) {}

    @ObjectStore("s")
    record Mixed(@Id String id, Contact contact, Optional<Pet> pet, Code code) {}

    @Test
    void partsOfAHierarchyAndParts_thatAreWrittenAsOthers_areLookedInto() {
        db.applySchema(Mixed.class);
        assertThat(db.getStore("s").indexes())
                .containsExactlyInAnyOrder(
                        IndexSchema.of("by_contact.country", "contact.country"),
                        IndexSchema.of("by_contact.number", "contact.number"),
                        IndexSchema.unique("by_contact.address", "contact.address"),
                        IndexSchema.of("by_pet.name", "pet.name"),
                        IndexSchema.of("by_pet.age", "pet.age"),
                        IndexSchema.of("by_code.name", "code.name"));
        db.putDoc(
                "s",
                new Mixed("a", new Phone("no", "1"), Optional.of(new Dog("Rex", 3)), new Code(new Street("Ring", 1))));
        db.putDoc("s", new Mixed("b", new Mail("no", "x@y"), Optional.empty(), new Code(new Street("Ring", 1))));
        assertThat(db.getByIndex("s", "by_contact.country", "no")).hasSize(2);
        assertThat(db.getByIndex("s", "by_contact.number", "1")).hasSize(1);
        assertThat(db.getByIndex("s", "by_contact.address", "x@y")).hasSize(1);
        assertThat(db.getByIndex("s", "by_pet.name", "Rex")).hasSize(1);
        assertThat(db.getByIndex("s", "by_pet.age", 3)).hasSize(1);
        assertThat(db.getByIndex("s", "by_code.name", "Ring")).hasSize(2);
    }

    @ObjectStore("s")
    sealed interface Vehicle permits Car, Boat {}

    record Car(@Id String id, @Indexed int wheels) implements Vehicle {}

    record Boat(@Id String id, @Indexed int masts) implements Vehicle {}

    @Test
    void sealedDocuments_haveTheIndexesOfAll() {
        db.applySchema(Vehicle.class);
        assertThat(db.getStore("s").keyPath()).isEqualTo("id");
        assertThat(db.getStore("s").indexes())
                .containsExactlyInAnyOrder(IndexSchema.of("by_wheels", "wheels"), IndexSchema.of("by_masts", "masts"));
    }

    @ObjectStore("s")
    record Dotted(
            @Id String id, @Indexed @JsonProperty("a.b") String wrong) {}

    @ObjectStore("s")
    record DottedPart(@Id String id, @JsonProperty("a.b") Street wrong) {}

    @ObjectStore("s")
    record InList(@Id String id, List<Street> wrong) {}

    @ObjectStore("s")
    record InMap(@Id String id, Map<String, Optional<Street>> wrong) {}

    @ObjectStore("s")
    record InArray(@Id String id, Street[] wrong) {}

    record Address(@JsonValue @Indexed String wrong) {}

    @ObjectStore("s")
    record Valued(@Id String id, Address address) {}

    @ObjectStore("s")
    record Ignored(@Id String id, @Indexed @JsonIgnore String wrong) {}

    @ObjectStore("s")
    record NoProperty(@Id String id) {
        @Indexed
        String wrong() {
            return id;
        }
    }

    interface Open {
        @Indexed
        String wrong();
    }

    @ObjectStore("s")
    record InOpen(@Id String id, Open open) {}

    record Link(@Indexed String name, Link wrong) {}

    @ObjectStore("s")
    record Chain(@Id String id, Link first) {}

    record Grown<T>(@Indexed String name, Optional<Grown<List<T>>> wrong) {}

    @ObjectStore("s")
    record Growing(@Id String id, Grown<String> first) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
    record Named(@Indexed String name) {}

    @ObjectStore("s")
    record InWrapper(@Id String id, Named wrong) {}

    record Renamed(@JsonUnwrapped Street wrong) {}

    @ObjectStore("s")
    record TwiceUnwrapped(
            @Id String id, @JsonUnwrapped(prefix = "p_") Renamed part) {}

    @ParameterizedTest
    @ValueSource(
            classes = {
                TwiceUnwrapped.class,
                Dotted.class,
                DottedPart.class,
                InList.class,
                InMap.class,
                InArray.class,
                Valued.class,
                Ignored.class,
                NoProperty.class,
                InOpen.class,
                Chain.class,
                Growing.class,
                InWrapper.class
            })
    void annotation_thatNoPathLeadsTo_isRefusedNamingItsPlace(Class<?> type) {
        assertThatThrownBy(() -> db.applySchema(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(getClass().getName() + "$")
                .hasMessageContaining(".wrong: ")
                .hasMessageContaining("(allowed: ");
        assertThat(db.storeNames()).isEmpty();
    }

    record Plain(String name, List<Plain> parts, Map<String, Plain> more) {}

    @ObjectStore("s")
    record Harmless(
            @Id String id,
            @Indexed(multiEntry = true) List<String> tags,
            @JsonProperty("x.y") Plain dotted,
            Deep part) {}

    @Test
    void partsWithoutAnnotations_mayBeAsTheyLike() {
        db.applySchema(Harmless.class);
        assertThat(db.getStore("s").indexes())
                .containsExactlyInAnyOrder(
                        IndexSchema.multiEntry("by_tags", "tags"), IndexSchema.of("by_part.x", "part.x"));
    }

    static final class StreetSerializer extends ValueSerializer<Street> {
        @Override
        public void serialize(Street value, JsonGenerator to, SerializationContext context) {
            to.writeString(value.name());
        }
    }

    @ObjectStore("s")
    @JsonIgnoreProperties("wrong")
    record IgnoredByClass(
            @Id String id, @Indexed(unique = true) String wrong) {}

    @ObjectStore("s")
    @JsonIncludeProperties("id")
    record NotIncluded(@Id String id, @Indexed String wrong) {}

    record Pair(@Indexed String wrong, String other) {}

    @ObjectStore("s")
    record IgnoredByProperty(
            @Id String id, @JsonIgnoreProperties("wrong") Pair pair) {}

    @ObjectStore("s")
    record WrittenAsArray(
            @Id String id,
            @JsonFormat(shape = JsonFormat.Shape.ARRAY) Pair pair) {}

    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    record Tuple(@Indexed String wrong, String other) {}

    @ObjectStore("s")
    record WithTuple(@Id String id, Tuple pair) {}

    @ObjectStore("s")
    record WithSerializer(
            @Id String id,
            @JsonSerialize(using = StreetSerializer.class) Street wrong) {}

    @ObjectStore("s")
    @CompoundIndex(paths = {"kind", "wrong"})
    record Misspelt(@Id String id, String kind, String wrongly) {}

    @ObjectStore("s")
    @CompoundIndex(paths = {"kind", "part.wrong"})
    record MisspeltInside(@Id String id, String kind, Optional<Plain> part) {}

    @ObjectStore("s")
    @CompoundIndex(paths = {"kind", "id.wrong"})
    record BeyondText(@Id String id, String kind) {}

    @ObjectStore("s")
    @CompoundIndex(paths = {"kind", "parts.wrong"})
    record NoPosition(@Id String id, String kind, List<Plain> parts) {}

    @ObjectStore("s")
    @CompoundIndex(paths = {"home.city", "wrong"})
    record UnwrappedIsNoPart(@Id String id, @JsonUnwrapped Home home, String wrong) {}

    /**
     * An index without entries was made of what Jackson leaves out or writes otherwise, and of every path of a compound
     * index that was misspelt.
     */
    @ParameterizedTest
    @ValueSource(
            classes = {
                IgnoredByClass.class,
                NotIncluded.class,
                IgnoredByProperty.class,
                WrittenAsArray.class,
                WithTuple.class,
                WithSerializer.class,
                Misspelt.class,
                MisspeltInside.class,
                BeyondText.class,
                NoPosition.class,
                UnwrappedIsNoPart.class
            })
    void path_whereJacksonWritesNothing_isRefusedByName(Class<?> type) {
        assertThatThrownBy(() -> db.applySchema(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(type.getName())
                .hasMessageContaining("path \"")
                .hasMessageContaining("(allowed: ");
        assertThat(db.storeNames()).isEmpty();
    }

    record Anything(String name) {
        @JsonAnyGetter
        Map<String, Object> more() {
            return Map.of("extra", name);
        }
    }

    interface Shape {}

    record Round(int radius) implements Shape {}

    @ObjectStore("s")
    @CompoundIndex(
            name = "i0",
            paths = {"work_deep_.x", "city"})
    @CompoundIndex(
            name = "i1",
            paths = {"contact.number", "street_name"})
    @CompoundIndex(
            name = "i2",
            paths = {"pet.kind", "pet.age"})
    @CompoundIndex(
            name = "i3",
            paths = {"tags.0", "id"})
    @CompoundIndex(
            name = "i4",
            paths = {"map.any.name", "map.any.parts.0.name"})
    @CompoundIndex(
            name = "i5",
            paths = {"tree.a.b", "object.c"})
    @CompoundIndex(
            name = "i6",
            paths = {"tuple.0", "tuple.1"})
    @CompoundIndex(
            name = "i7",
            paths = {"anything.extra", "shape.radius"})
    @CompoundIndex(
            name = "i8",
            paths = {"street.length", "code.name"})
    @CompoundIndex(
            name = "i9",
            paths = {"re-named", "kept.name"})
    record Compound(
            @Id String id,
            @JsonUnwrapped Home home,
            @JsonUnwrapped(prefix = "work_", suffix = "_") Optional<Work> work,
            Contact contact,
            Optional<Pet> pet,
            List<String> tags,
            Map<String, Plain> map,
            JsonNode tree,
            Object object,
            @JsonFormat(shape = JsonFormat.Shape.ARRAY) Plainer tuple,
            Anything anything,
            Shape shape,
            @JsonSerialize(using = LengthSerializer.class) Plainer street,
            Code code,
            @JsonProperty("re-named") int renamed,
            @JsonIgnoreProperties("other") Plainer kept) {}

    record Plainer(String name, String other) {}

    static final class LengthSerializer extends ValueSerializer<Plainer> {
        @Override
        public void serialize(Plainer value, JsonGenerator to, SerializationContext context) {
            to.writeStartObject();
            to.writeNumberProperty("length", value.name().length());
            to.writeEndObject();
        }
    }

    @Test
    void compoundIndex_onPathsThatAreWritten_hasEntries() {
        db.applySchema(Compound.class);
        Plainer plainer = new Plainer("n", "o");
        Plain plain = new Plain("p", List.of(new Plain("q", List.of(), Map.of())), Map.of());
        db.putDoc(
                "s",
                new Compound(
                        "a",
                        new Home("Oslo", new Street("Ring", 1)),
                        Optional.of(new Work("Rome", new Deep("y"))),
                        new Phone("no", "1"),
                        Optional.of(new Dog("Rex", 3)),
                        List.of("t"),
                        Map.of("any", plain),
                        AbstractJsonDbTest.json("{'a':{'b':1}}"),
                        Map.of("c", 1),
                        plainer,
                        new Anything("x"),
                        new Round(1),
                        plainer,
                        new Code(new Street("Ring", 1)),
                        1,
                        plainer));
        List<IndexSchema> compound = db.getStore("s").indexes().stream()
                .filter(index -> index.name().startsWith("i"))
                .toList();
        assertThat(compound).hasSize(10);
        for (IndexSchema index : compound) {
            assertThat(db.getByIndex("s", index.name(), KeyRange.all()))
                    .as("%s in %s", index, db.get("s", "a"))
                    .hasSize(1);
        }
    }

    @CompoundIndex(paths = {"id", "b"})
    interface Labelled {}

    @ObjectStore("s")
    @CompoundIndex(
            paths = {"a", "b"},
            unique = true)
    @CompoundIndex(
            name = "same",
            paths = {"a", "id"})
    static class Base {
        @Id
        public String id = "";

        public int a;
        public int b;
    }

    @CompoundIndex(paths = {"b", "c"})
    @CompoundIndex(
            name = "same",
            paths = {"c", "id"},
            unique = true)
    static class Derived extends Base implements Labelled {
        public int c;
    }

    static class Plainest extends Derived {}

    @ObjectStore("s")
    @CompoundIndex(
            name = "same",
            paths = {"a", "id"})
    @CompoundIndex(
            name = "same",
            paths = {"b", "id"})
    record Twice(@Id String id, int a, int b) {}

    /** A class with an index of its own lost those of its superclass, so that a unique one let equal values in. */
    @Test
    void compoundIndexes_ofSuperclasses_areThoseOfTheClassToo() {
        for (Class<?> type : List.of(Derived.class, Plainest.class)) {
            assertThat(StoreSchema.of(type).indexes())
                    .containsExactlyInAnyOrder(
                            IndexSchema.of("by_b_c", "b", "c"),
                            IndexSchema.unique("same", "c", "id"),
                            IndexSchema.of("by_id_b", "id", "b"),
                            IndexSchema.unique("by_a_b", "a", "b"));
        }
        assertThatThrownBy(() -> StoreSchema.of(Twice.class)).isInstanceOf(IllegalArgumentException.class);
    }

    @ObjectStore("s")
    record BytesAsKey(@Id byte[] id) {}

    @ObjectStore("s")
    record MaybeBytesAsKey(@Id Optional<byte[]> id) {}

    @ObjectStore("s")
    record BufferAsKey(@Id ByteBuffer id) {}

    /** The schema was taken, and then no document. */
    @ParameterizedTest
    @ValueSource(classes = {BytesAsKey.class, MaybeBytesAsKey.class, BufferAsKey.class})
    void id_thatIsWrittenAsBytes_isRefused(Class<?> type) {
        assertThatThrownBy(() -> db.applySchema(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(type.getName() + ".id")
                .hasMessageContaining(type == BufferAsKey.class ? "ByteBuffer," : "byte[],")
                .hasMessageContaining("(allowed: ");
    }

    @ObjectStore("s")
    record BytesAsText(
            @Id @JsonSerialize(using = BytesSerializer.class)
            byte[] id,

            @Indexed byte[] hash,
            @Indexed Instant seen) {}

    static final class BytesSerializer extends ValueSerializer<byte[]> {
        @Override
        public void serialize(byte[] value, JsonGenerator to, SerializationContext context) {
            to.writeString(HexFormat.of().formatHex(value));
        }
    }

    @Test
    void bytesAndDates_areFoundByTheTextThatIsWritten() {
        db.applySchema(BytesAsText.class);
        byte[] bytes = {1, 2};
        assertThat(db.putDoc("s", new BytesAsText(bytes, bytes, Instant.EPOCH))).isEqualTo("0102");
        assertThat(db.getByIndex("s", "by_hash", Base64.getEncoder().encodeToString(bytes)))
                .hasSize(1);
        assertThat(db.getByIndex("s", "by_seen", Instant.EPOCH.toString())).hasSize(1);
        assertThat(db.getByIndex("s", "by_hash", bytes)).isEmpty();
        assertThat(db.query("s").whereEq("seen", Instant.EPOCH).count()).isZero();
    }
}
