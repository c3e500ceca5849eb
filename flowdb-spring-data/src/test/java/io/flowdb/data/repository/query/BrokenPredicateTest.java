package io.flowdb.data.repository.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.Conditions;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.repository.query.QueryCreationException;

/** Predicates that are none: each message says where, and what was expected there. */
class BrokenPredicateTest {

    @ObjectStore("coins")
    record Coin(@Id String id, String name, int worth, TimeUnit unit, LocalDate day, List<String> tags, Mint mint) {}

    record Mint(String city) {}

    private static final TestDatabase DATABASE = TestDatabase.with(Coin.class);
    private static final Conditions<Coin> CONDITIONS = DATABASE.template().conditions(Coin.class);
    private static final Pattern MESSAGE = Pattern.compile(
            "(?s).*expected.* at position (\\d+), (?:found '.*'|for the text from position \\d+) in \".*");

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    private static void parse(String query) {
        PredicateParser.parse(new QueryText(query, query), CONDITIONS, parameter -> null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name                        | 4  | an operator expected",
                "name =                      | 6  | a value expected",
                "name = ada                  | 7  | a value expected (text stands in quotes)",
                "name == 'ada'               | 6  | a value expected",
                "name ! 'ada'                | 5  | a property, value or operator expected",
                "name = 'ada                 | 11 | a closing quote expected",
                "= 'ada'                     | 0  | a property expected",
                "colour = 'red'              | 0  | a property expected",
                "mint.colour = 'red'         | 0  | a property expected",
                "name = 'ada' name = 'bob'   | 13 | 'and', 'or' or 'order by' expected",
                "name = 'ada' and            | 16 | a property expected",
                "name = 'ada' or or          | 16 | a property expected",
                "not                         | 3  | a property expected",
                "(name = 'ada'               | 13 | ')' expected",
                "name = 'ada')               | 12 | 'and', 'or' or 'order by' expected",
                "()                          | 1  | a property expected",
                "name in                     | 7  | a value expected",
                "name in ('a' 'b')           | 13 | ',' or ')' expected",
                "name in ('a',               | 13 | a value expected",
                "name in ('a',)              | 13 | a value expected",
                "name is                     | 7  | 'null' or 'empty' expected",
                "name is 'ada'               | 8  | 'null' or 'empty' expected",
                "mint is empty               | 0  | a text or a collection expected",
                "worth between 1             | 15 | 'and' expected",
                "worth between 1 and         | 19 | a value expected",
                "worth between 1 and 'x'     | 20 | another value expected",
                "worth = 12x                 | 8  | a number expected",
                "worth = 1.2.3               | 8  | a number expected",
                "worth = -                   | 9  | a number expected",
                "worth = - 'x'               | 10 | a number expected",
                "worth = 'many'              | 8  | another value expected",
                "worth in (1, 'many')        | 9  | another value expected",
                "unit = 'WEEKS'              | 7  | another value expected",
                "day > 'yesterday'           | 6  | another value expected",
                "name matches '['            | 13 | another value expected",
                "name like 5                 | 10 | another value expected",
                "worth like '5%'             | 0  | a property of text expected",
                "worth contains '5'          | 0  | a property of text expected",
                "worth starts with '5'       | 0  | a property of text expected",
                "name starts 'a'             | 5  | an operator expected",
                "not name ends with 5        | 19 | another value expected",
                "ignorecase(worth) = 5       | 11 | a property of text expected",
                "ignorecase name = 'a'       | 0  | a property expected",
                "ignorecase(name = 'a'       | 16 | ')' expected",
                "ignorecase(name) < 'a'      | 17 | an operator that ignores case expected",
                "ignorecase(name) between :x | 17 | an operator that ignores case expected",
                "order by                    | 8  | a property expected",
                "order by colour             | 9  | a property expected",
                "order by name,              | 14 | a property expected",
                "order by name up            | 14 | 'and', 'or' or 'order by' expected",
                "order name                  | 0  | a property expected",
                "name = 'a' order by name or | 25 | 'and', 'or' or 'order by' expected"
            })
    void predicate_thatIsNone_saysWhereAndWhatWasExpected(String query, int position, String expected) {
        assertThatThrownBy(() -> parse(query))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(expected)
                .hasMessageContaining(" at position " + position + ", ")
                .hasMessageContaining("in \"" + query + "\"");
    }

    /** Predicates with a word left out, put in or exchanged parse, or say where they do not. */
    @Test
    void predicate_changedAtRandom_parsesOrSaysWhere() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> words = List.of(
                "name",
                "worth",
                "tags",
                "mint.city",
                "day",
                "=",
                "!=",
                "<",
                ">=",
                "(",
                ")",
                ",",
                "-",
                "in",
                "not",
                "and",
                "or",
                "between",
                "like",
                "contains",
                "starts",
                "with",
                "ends",
                "matches",
                "is",
                "null",
                "empty",
                "exists",
                "ignorecase",
                ":a",
                "?1",
                "'x'",
                "\"",
                "5",
                "1e5",
                "true",
                "order",
                "by",
                "asc",
                "desc",
                "nulls",
                "first",
                "last",
                ".",
                "§");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder query = new StringBuilder(random.nextBoolean() ? "name = 'a' and (worth < 5 or " : "");
            for (int n = random.nextInt(10); n > 0; n--) {
                query.append(words.get(random.nextInt(words.size()))).append(random.nextInt(5) == 0 ? "" : " ");
            }
            String text = query.toString();
            try {
                parse(text);
            } catch (IllegalArgumentException e) {
                Matcher message = MESSAGE.matcher(String.valueOf(e.getMessage()));
                assertThat(message.matches())
                        .as("seed %d: %s", seed, e.getMessage())
                        .isTrue();
                assertThat(Integer.parseInt(message.group(1))).as(text).isBetween(0, text.length());
            } catch (RuntimeException e) {
                fail("seed " + seed + ": " + text, e);
            }
        }
    }

    interface Expressions extends FlowDbRepository<Coin, String> {
        @Query("name = :#{'a' + #who} and worth = many")
        List<Coin> broken(String who);
    }

    /** Counted in a text that nobody had written. */
    @Test
    void position_behindAnExpression_isThatInTheAnnotation() {
        assertThatThrownBy(() -> DATABASE.repository(Expressions.class))
                .isInstanceOf(QueryCreationException.class)
                .hasStackTraceContaining(
                        "a value expected (text stands in quotes) at position 34, found 'many' in \"name = :#{'a' +"
                                + " #who} and worth = many\"");
    }

    interface Ranges extends FlowDbRepository<Coin, String> {
        @Query("worth between ?1")
        List<Coin> between(@Nullable Object range);
    }

    /** Found nothing, without a word. */
    @Test
    void between_withOneValueThatIsNoRange_isRefused() {
        assertThatThrownBy(() -> DATABASE.repository(Ranges.class).between(5))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("Range");
        assertThat(DATABASE.repository(Ranges.class).between(null)).isEmpty();
    }

    @ObjectStore("lines")
    record Line(@Id String id, int order) {}

    interface Lines extends FlowDbRepository<Line, String> {
        @Query("order >= 2 order by order desc")
        List<Line> ordered();
    }

    @Test
    void property_calledOrder_isAProperty() {
        try (TestDatabase database = TestDatabase.with(Line.class)) {
            Lines lines = database.repository(Lines.class);
            lines.saveAll(List.of(new Line("a", 1), new Line("b", 2), new Line("c", 3)));
            assertThat(lines.ordered()).extracting(Line::id).containsExactly("c", "b");
        }
    }
}
