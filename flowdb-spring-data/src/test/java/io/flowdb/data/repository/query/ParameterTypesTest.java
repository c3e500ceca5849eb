package io.flowdb.data.repository.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.ResolvableType;
import org.springframework.data.domain.Range;
import org.springframework.data.repository.query.Param;
import org.springframework.data.repository.query.QueryCreationException;

/** Parameters of predicates that can never fit what they are compared with: they showed in the first call only. */
class ParameterTypesTest {

    @ObjectStore("coins")
    record Coin(
            @Id String id,
            String name,
            int worth,
            double size,
            TimeUnit unit,
            LocalDate day,
            List<String> tags,
            List<TimeUnit> units) {}

    private static final TestDatabase DATABASE = TestDatabase.with(Coin.class);

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    private static void parse(String query, Class<?> type) {
        PredicateParser.parse(
                new QueryText(query, query),
                DATABASE.template().conditions(Coin.class),
                parameter -> ResolvableType.forClass(type));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "worth = :x                  | 8  | java.time.LocalDate  | a parameter comparable with 'worth'",
                "worth = :x                  | 8  | java.lang.String     | a parameter comparable with 'worth'",
                "not worth <> ?1             | 13 | java.time.LocalDate  | a parameter comparable with 'worth'",
                "worth >= :x                 | 9  | java.time.LocalDate  | a parameter comparable with 'worth'",
                "day < :x                    | 6  | java.lang.Integer    | a parameter comparable with 'day'",
                "worth between :x and 5      | 14 | java.time.LocalDate  | a parameter comparable with 'worth'",
                "worth between 1 and :x      | 20 | java.time.LocalDate  | a parameter comparable with 'worth'",
                "worth between :x            | 14 | java.lang.Integer    | a parameter of type Range",
                "worth in :x                 | 9  | java.time.LocalDate  | a parameter comparable with 'worth'",
                "worth not in (1, :x)        | 17 | java.time.LocalDate  | a parameter comparable with 'worth'",
                "name like :x                | 10 | java.lang.Integer    | a parameter of text",
                "name contains :x            | 14 | java.lang.Integer    | a parameter of text",
                "name starts with :x         | 17 | java.util.List       | a parameter of text",
                "name ends with :x           | 15 | java.time.LocalDate  | a parameter of text",
                "name matches :x             | 13 | java.lang.Integer    | a parameter of text or a Pattern",
                "ignorecase(name) = :x       | 19 | java.lang.Integer    | a parameter of text",
                "ignorecase(name) in :x      | 20 | java.lang.Integer    | a parameter of texts",
                "ignorecase(name) in ('a', :x) | 26 | java.lang.Integer  | a parameter of text"
            })
    void parameter_thatNeverFits_isRefusedWithItsPlace(String query, int position, Class<?> type, String expected) {
        assertThatThrownBy(() -> parse(query, type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(expected + " expected (it is a " + type.getName() + ") at position " + position)
                .hasMessageContaining("in \"" + query + "\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "worth = :x             | java.lang.Long",
                "worth = :x             | java.lang.Object",
                "size = :x              | java.lang.String",
                "worth < :x             | java.math.BigDecimal",
                "worth in :x            | java.lang.Integer",
                "worth in :x            | java.util.Set",
                "worth in :x            | [I",
                "worth in (:x)          | java.util.List",
                "worth in (1, :x)       | java.lang.Short",
                "worth between :x       | org.springframework.data.domain.Range",
                "worth between :x       | java.lang.Object",
                "unit = :x              | java.lang.String",
                "unit = :x              | java.util.concurrent.TimeUnit",
                "day > :x               | java.lang.Comparable",
                "day > :x               | java.time.temporal.Temporal",
                "tags contains :x       | java.lang.String",
                "tags contains :x       | java.util.Collection",
                "tags = :x              | java.util.List",
                "name contains :x       | java.lang.Character",
                "name like :x           | java.lang.CharSequence",
                "name like :x           | java.lang.Object",
                "name matches :x        | java.util.regex.Pattern",
                "size in :x             | [Ljava.lang.String;",
                "day in :x              | [Ljava.lang.String;",
                "ignorecase(name) in :x | java.util.Set"
            })
    void parameter_thatMayFit_isTaken(String query, Class<?> type) {
        parse(query, type);
    }

    interface Wrong extends FlowDbRepository<Coin, String> {
        @Query("name = :name and worth >= :least")
        List<Coin> from(@Param("name") String name, @Param("least") Optional<LocalDate> least);
    }

    interface WrongContent extends FlowDbRepository<Coin, String> {
        List<Coin> findByNameContaining(int part);
    }

    interface Right extends FlowDbRepository<Coin, String> {
        @Query("name = :name and worth >= :least and worth < :#{#least.orElse(0) + 10}")
        List<Coin> from(@Param("name") String name, @Param("least") Optional<Integer> least);

        @Query("ignorecase(name) in ?1")
        List<Coin> named(Set<String> names);

        List<Coin> findByTagsContaining(Collection<String> all);
    }

    @Test
    void method_withAParameterThatNeverFits_isNamedAtTheStart() {
        assertThatThrownBy(() -> DATABASE.repository(Wrong.class))
                .isInstanceOf(QueryCreationException.class)
                .hasStackTraceContaining("Wrong.from")
                .hasStackTraceContaining("a parameter comparable with 'worth' expected (it is a java.time.LocalDate)"
                        + " at position 26, found ':least'");
        assertThatThrownBy(() -> DATABASE.repository(WrongContent.class))
                .isInstanceOf(QueryCreationException.class)
                .hasStackTraceContaining("WrongContent.findByNameContaining")
                .hasStackTraceContaining("of type int");
    }

    @Test
    void method_withParametersThatFit_findsWhatItAsksFor() {
        Right coins = DATABASE.repository(Right.class);
        Coin crown = new Coin(
                "1", "Crown", 5, 5.5, TimeUnit.DAYS, LocalDate.of(1971, 2, 15), List.of("silver", "old"), List.of());
        Coin penny =
                new Coin("2", "Penny", 1, 1.5, TimeUnit.DAYS, LocalDate.of(1971, 2, 15), List.of("old"), List.of());
        coins.saveAll(List.of(crown, penny));
        assertThat(coins.from("Crown", Optional.of(5))).containsExactly(crown);
        assertThat(coins.from("Penny", Optional.of(5))).isEmpty();
        assertThat(coins.named(Set.of("PENNY", "pound"))).containsExactly(penny);
        assertThat(coins.findByTagsContaining(List.of("old", "silver"))).containsExactly(crown);
        coins.deleteAll();
    }

    /**
     * What a collection, an array or a range holds was not looked at: the first call that had an element in it failed.
     */
    @ParameterizedTest
    @ValueSource(
            classes = {
                WrongList.class,
                WrongNumbers.class,
                WrongSet.class,
                WrongBounded.class,
                WrongArray.class,
                WrongValues.class,
                WrongOptional.class,
                WrongNames.class,
                WrongTags.class,
                WrongTexts.class,
                WrongRange.class,
                WrongDerivedIn.class,
                WrongDerivedNotIn.class,
                WrongDerivedBetween.class,
                WrongDerivedTags.class,
                WrongGeneric.class
            })
    void method_withElementsThatNeverFit_isNamedAtTheStart(Class<? extends FlowDbRepository<Coin, String>> repository) {
        assertThatThrownBy(() -> DATABASE.repository(repository))
                .isInstanceOf(QueryCreationException.class)
                .hasStackTraceContaining(".find")
                .hasStackTraceContaining(
                        repository == WrongNumbers.class ? "java.lang.String>" : "java.time.LocalDate");
    }

    interface WrongList extends FlowDbRepository<Coin, String> {
        @Query("worth in :days")
        List<Coin> find(@Param("days") List<LocalDate> days);
    }

    /** No text is read as a whole number. */
    interface WrongNumbers extends FlowDbRepository<Coin, String> {
        @Query("worth in :texts")
        List<Coin> find(@Param("texts") List<String> texts);
    }

    interface WrongSet extends FlowDbRepository<Coin, String> {
        @Query("worth not in ?1")
        List<Coin> find(Set<LocalDate> days);
    }

    interface WrongBounded extends FlowDbRepository<Coin, String> {
        @Query("unit in (?1)")
        List<Coin> find(Iterable<? extends LocalDate> days);
    }

    interface WrongArray extends FlowDbRepository<Coin, String> {
        @Query("worth in ?1")
        List<Coin> find(LocalDate... days);
    }

    interface WrongValues extends FlowDbRepository<Coin, String> {
        @Query("worth in ?1")
        List<Coin> find(Map<Integer, LocalDate> days);
    }

    interface WrongOptional extends FlowDbRepository<Coin, String> {
        @Query("worth in ?1")
        List<Coin> find(Optional<List<LocalDate>> days);
    }

    interface WrongNames extends FlowDbRepository<Coin, String> {
        @Query("ignorecase(name) in ?1")
        List<Coin> find(List<LocalDate> days);
    }

    interface WrongTags extends FlowDbRepository<Coin, String> {
        @Query("units contains ?1")
        List<Coin> find(List<LocalDate> days);
    }

    interface WrongTexts extends FlowDbRepository<Coin, String> {
        @Query("ignorecase(tags) contains ?1")
        List<Coin> find(List<LocalDate> days);
    }

    interface WrongRange extends FlowDbRepository<Coin, String> {
        @Query("worth between ?1")
        List<Coin> find(Range<LocalDate> days);
    }

    interface WrongDerivedIn extends FlowDbRepository<Coin, String> {
        List<Coin> findByWorthIn(Collection<LocalDate> days);
    }

    interface WrongDerivedNotIn extends FlowDbRepository<Coin, String> {
        List<Coin> findByWorthNotIn(LocalDate[] days);
    }

    interface WrongDerivedBetween extends FlowDbRepository<Coin, String> {
        List<Coin> findByWorthBetween(Range<LocalDate> days);
    }

    interface WrongDerivedTags extends FlowDbRepository<Coin, String> {
        List<Coin> findByUnitsContaining(List<LocalDate> days);
    }

    interface Generic<V> extends FlowDbRepository<Coin, String> {
        @Query("worth in ?1")
        List<Coin> find(List<V> values);
    }

    interface WrongGeneric extends Generic<LocalDate> {}

    interface RightElements extends Generic<Integer> {
        @Query("worth in ?1")
        List<Coin> any(List<?> values);

        @Query("worth in ?1")
        List<Coin> anySuper(List<? super LocalDate> values);

        @Query("worth in ?1")
        List<Coin> numbers(Set<? extends Number> values);

        @Query("day in ?1")
        List<Coin> texts(List<String> values);

        @Query("worth in ?1")
        List<Coin> ints(int... values);

        @Query("worth in ?1")
        List<Coin> optional(Optional<List<Long>> values);

        @Query("worth between ?1")
        List<Coin> range(Range<Long> values);

        <T> List<Coin> findByWorthIn(Collection<T> values);
    }

    @Test
    void method_withElementsThatMayFit_findsThem() {
        RightElements coins = DATABASE.repository(RightElements.class);
        Coin crown = new Coin("1", "Crown", 5, 5.5, TimeUnit.DAYS, LocalDate.of(1971, 2, 15), List.of(), List.of());
        Coin penny = new Coin("2", "Penny", 1, 1.5, TimeUnit.DAYS, LocalDate.of(1971, 2, 15), List.of(), List.of());
        coins.saveAll(List.of(crown, penny));
        assertThat(coins.find(List.of(5))).containsExactly(crown);
        assertThat(coins.any(List.of(5))).containsExactly(crown);
        assertThat(coins.anySuper(List.of(5))).containsExactly(crown);
        assertThat(coins.numbers(Set.of(5L))).containsExactly(crown);
        assertThat(coins.texts(List.of("1971-02-15"))).containsExactly(crown, penny);
        assertThat(coins.ints(5, 7)).containsExactly(crown);
        assertThat(coins.optional(Optional.of(List.of(5L)))).containsExactly(crown);
        assertThat(coins.range(Range.closed(2L, 9L))).containsExactly(crown);
        assertThat(coins.findByWorthIn(List.of(5))).containsExactly(crown);
        coins.deleteAll();
    }
}
