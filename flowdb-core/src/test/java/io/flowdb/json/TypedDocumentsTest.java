package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.error.InvalidQueryException;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Typed access where types leave room: values of no declared type, times with an offset, optional and generic parts.
 */
class TypedDocumentsTest {
    private JsonDB db;

    @BeforeEach
    void open() {
        db = JsonDB.on(new MemoryStore(() -> 1_000_000_000_000_000L));
        db.createObjectStore("s", "id");
    }

    @AfterEach
    void close() {
        db.close();
    }

    record Whole(int id, long n) {}

    record Floating(int id, double n) {}

    /** A decimal became a double on its way to a long, or an infinite one. */
    @Test
    void getDoc_ofNumbersThatADoubleCannotHold_isExactOrRefused() {
        db.put("s", json("{'id':1,'n':9007199254740993.0}"));
        db.put("s", json("{'id':2,'n':123456789012345678.5}"));
        db.put("s", json("{'id':3,'n':1e400}"));

        assertThat(db.getDoc("s", 1, Whole.class)).contains(new Whole(1, 9007199254740993L));
        assertThat(db.getDoc("s", 2, Whole.class)).contains(new Whole(2, 123456789012345678L));
        assertThatThrownBy(() -> db.getDoc("s", 3, Floating.class)).isInstanceOf(InvalidQueryException.class);
        for (int id = 1; id <= 3; id++) {
            for (Class<?> type : List.of(Whole.class, Floating.class, Map.class)) {
                int key = id;
                assertThat(outcome(() -> db.getDoc("s", key, type).orElseThrow()))
                        .isEqualTo(outcome(() ->
                                db.query("s").whereEq("id", key).collect(type).get(0)));
            }
        }
    }

    private static Object outcome(Supplier<?> read) {
        try {
            return read.get();
        } catch (InvalidQueryException e) {
            return e.getClass();
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
    sealed interface Shape permits Square {}

    record Square(String id, BigDecimal side, Object any) implements Shape {}

    /**
     * {@code getDoc} read decimals of no declared type, as in a map, through double: 1.23456789012345678901 came back
     * as 1.2345678901234568 and 1.10 as 1.1, where {@code collect(Class)} kept every digit.
     */
    @Test
    void getDoc_decimalsOfNoDeclaredType_keepEveryDigit() {
        BigDecimal exact = new BigDecimal("1.23456789012345678901");
        db.put("s", json("{'id':'m','v':1.23456789012345678901,'list':[1.10,3,9223372036854775808]}"));
        Map<?, ?> read = db.getDoc("s", "m", Map.class).orElseThrow();
        assertThat(read.get("v")).isEqualTo(exact);
        assertThat((List<?>) read.get("list")).first().isEqualTo(new BigDecimal("1.10"));
        assertThat(db.query("s").collect(Map.class)).hasToString(List.of(read).toString());

        db.put("s", json("{'id':'q','side':1.23456789012345678901,'any':2.50,'kind':'Square'}"));
        Shape square = new Square("q", exact, new BigDecimal("2.50"));
        assertThat(db.getDoc("s", "q", Shape.class)).contains(square);
        assertThat(db.query("s").whereEq("id", "q").collect(Shape.class)).containsExactly(square);
    }

    record Meeting(String id, OffsetDateTime begin, ZonedDateTime end) {}

    /** A time with an offset came back as the same instant in UTC, and a time in a zone was stored without its zone. */
    @Test
    void putDoc_timesWithOffsetAndZone_comeBackEqual() {
        Meeting meeting = new Meeting(
                "m",
                OffsetDateTime.parse("2020-01-01T10:00:00.5+05:30"),
                ZonedDateTime.parse("2020-07-01T10:00:00+02:00[Europe/Oslo]"));
        db.putDoc("s", meeting);
        assertThat(db.getDoc("s", "m", Meeting.class)).contains(meeting);
        assertThat(db.query("s").collect(Meeting.class)).containsExactly(meeting);

        db.put("s", json("{'id':'old','end':'2020-07-01T10:00:00+02:00'}"));
        assertThat(db.getDoc("s", "old", Meeting.class).orElseThrow().end().toInstant())
                .isEqualTo(meeting.end().toInstant());
    }

    record Place(@Indexed String city) {}

    record Wrapped<T>(T value) {}

    @ObjectStore("people")
    record Person(@Id String id, Optional<Place> home, Wrapped<Place> work) {}

    /**
     * Indexes on properties inside an {@code Optional}, or inside a part whose type is a parameter, were left out
     * without a word.
     */
    @Test
    void applySchema_optionalAndGenericParts_areLookedInto() {
        db.applySchema(Person.class);
        assertThat(db.getStore("people").indexes())
                .containsExactlyInAnyOrder(
                        IndexSchema.of("by_home.city", "home.city"),
                        IndexSchema.of("by_work.value.city", "work.value.city"));
        Person ann = new Person("a", Optional.of(new Place("Oslo")), new Wrapped<>(new Place("Rome")));
        db.putDoc("people", ann);
        assertThat(db.getByIndex("people", "by_home.city", "Oslo")).hasSize(1);
        assertThat(db.getByIndex("people", "by_work.value.city", "Rome")).hasSize(1);
        assertThat(db.getDoc("people", "a", Person.class)).contains(ann);
    }
}
