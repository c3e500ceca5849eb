package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.IncorrectResultSizeDataAccessException;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.query.QueryCreationException;

/** What is one value and what are several, in properties and in what a method returns. */
class ElementsOfPropertiesTest {

    @ObjectStore("elements")
    record Row(
            @Id String id,
            String name,
            int level,
            byte @Nullable [] data,
            @Nullable List<List<Integer>> matrix,
            Optional<List<String>> tags) {}

    interface Rows extends FlowDbRepository<Row, String> {
        List<Row> findByDataIsEmptyOrderById();

        List<Row> findByDataIsNotEmpty();

        List<Row> findByMatrixContaining(List<Integer> line);

        List<Row> findByMatrixContains(List<List<Integer>> lines);

        List<Row> findByMatrixIn(List<List<Integer>> lines);

        List<Row> findByMatrix(List<List<Integer>> lines);

        List<Row> findByMatrixIsEmptyOrderById();

        Optional<Row> deleteByName(String name);

        @Nullable
        Row removeByLevel(int level);
    }

    private final TestDatabase database = TestDatabase.with(Row.class);
    private final Rows rows = database.repository(Rows.class);

    @BeforeEach
    void store() {
        List<@Nullable Integer> none = null;
        rows.saveAll(List.of(
                new Row("1", "a", 1, new byte[0], List.of(List.of(1, 2), List.of()), Optional.of(List.of())),
                new Row("2", "a", 2, new byte[] {7}, List.of(), Optional.of(List.of("x"))),
                new Row("3", "b", 2, null, Arrays.asList(none, List.of()), Optional.empty())));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static void assertIds(List<Row> found, String... ids) {
        assertThat(found).extracting(Row::id).containsExactlyInAnyOrder(ids);
    }

    /** Bytes were taken for a collection, which their text never equals. */
    @Test
    void bytes_thatAreEmpty_areFound() {
        assertIds(rows.findByDataIsEmptyOrderById(), "1", "3");
        assertIds(rows.findByDataIsNotEmpty(), "2");
        assertThatThrownBy(() -> database.repository(BytesContaining.class)).isInstanceOf(QueryCreationException.class);
    }

    interface BytesContaining extends FlowDbRepository<Row, String> {
        List<Row> findByDataContaining(byte part);
    }

    /** An optional list was asked whether it is an empty text. */
    @Test
    void optionalList_thatIsEmpty_isFound() {
        assertIds(
                database.template()
                        .query(Row.class)
                        .matching(c -> c.isEmpty("tags"))
                        .all(),
                "1",
                "3");
    }

    /** A list was taken for all of a list of lists, so that it was found nowhere. */
    @Test
    void listOfLists_askedForAnElement_isFound() {
        assertIds(rows.findByMatrixContaining(List.of(1, 2)), "1");
        assertIds(rows.findByMatrixContains(List.of(List.of(1, 2))), "1");
        assertIds(rows.findByMatrixContains(List.of(List.of(1, 2), List.of(3))));
        assertIds(rows.findByMatrixIn(List.of(List.of(1, 2), List.of(9))), "1");
        assertIds(rows.findByMatrix(List.of(List.of(1, 2), List.of())), "1");
        assertIds(rows.findByMatrixIsEmptyOrderById(), "2");
    }

    /** All were deleted, and one of them returned. */
    @Test
    void deleteOfOne_thatFindsSeveral_deletesNone() {
        assertThatThrownBy(() -> rows.deleteByName("a")).isInstanceOf(IncorrectResultSizeDataAccessException.class);
        assertThatThrownBy(() -> rows.removeByLevel(2)).isInstanceOf(IncorrectResultSizeDataAccessException.class);
        assertThat(rows.count()).isEqualTo(3);
        assertThat(rows.deleteByName("b")).isPresent();
        assertThat(rows.removeByLevel(1)).isNotNull();
        assertThat(rows.removeByLevel(1)).isNull();
        assertThat(rows.count()).isEqualTo(1);
    }

    interface CountWithLimit extends FlowDbRepository<Row, String> {
        long countByName(String name, Limit limit);
    }

    interface NumberIsTrue extends FlowDbRepository<Row, String> {
        List<Row> findByLevelTrue();
    }

    interface TextIsFalse extends FlowDbRepository<Row, String> {
        List<Row> findByNameFalse();
    }

    /** The limit was passed over, and a number or a text is never true. */
    @Test
    void method_thatCannotMeanWhatItSays_isRefusedAtTheStart() {
        for (Class<?> type : List.of(CountWithLimit.class, NumberIsTrue.class, TextIsFalse.class)) {
            assertThatThrownBy(() -> database.repository(type)).isInstanceOf(QueryCreationException.class);
        }
    }
}
