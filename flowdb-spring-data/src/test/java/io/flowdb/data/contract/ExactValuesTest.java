package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.repository.query.QueryCreationException;

/** What a property is compared with keeps what it says on the way to the property's type, or is refused. */
class ExactValuesTest {

    enum State {
        OPEN,
        DONE,
        SECRET
    }

    @ObjectStore("exact")
    record Row(@Id String id, State state, Integer level, LocalDate day, String name) {}

    private static final TestDatabase DATABASE = TestDatabase.with(Row.class);

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    interface DeleteByList extends FlowDbRepository<Row, String> {
        long deleteByStateNot(List<State> keep);
    }

    interface PurgeByCollection extends FlowDbRepository<Row, String> {
        @Query(value = "state != ?1", delete = true)
        long purge(Collection<State> keep);
    }

    interface FindByList extends FlowDbRepository<Row, String> {
        List<Row> findByLevel(List<Integer> levels);
    }

    interface FindByArray extends FlowDbRepository<Row, String> {
        List<Row> findByLevel(int[] levels);
    }

    interface FindByTexts extends FlowDbRepository<Row, String> {
        List<Row> findByName(String[] names);
    }

    interface FindByCharacter extends FlowDbRepository<Row, String> {
        List<Row> findByLevel(char level);
    }

    interface FindByOrdinal extends FlowDbRepository<Row, String> {
        List<Row> findByState(int ordinal);
    }

    /**
     * A list was cut to its first element: {@code deleteByStateNot(List.of(OPEN, DONE))} deleted what was done. The
     * character '5' was taken for the number 53, a number for the place of a constant.
     */
    @ParameterizedTest
    @ValueSource(
            classes = {
                DeleteByList.class,
                PurgeByCollection.class,
                FindByList.class,
                FindByArray.class,
                FindByTexts.class,
                FindByCharacter.class,
                FindByOrdinal.class
            })
    void parameter_thatCannotKeepItsValue_isRefusedAtTheStart(Class<?> repository) {
        String method = repository.getDeclaredMethods()[0].getName();
        assertThatThrownBy(() -> DATABASE.repository(repository))
                .isInstanceOf(QueryCreationException.class)
                .hasStackTraceContaining(method);
    }

    /** A row policy with {@code rows.ne("level", List.of(8, 9))} let 9 pass. */
    @Test
    void condition_onOneValueWithSeveral_isRefusedAtTheCall() {
        for (Object wrong : List.of(List.of(8, 9), new int[] {8, 9}, List.of(), '8', true)) {
            assertThatThrownBy(() -> DATABASE.template().conditions(Row.class).ne("level", wrong))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("'level'");
        }
        assertThatThrownBy(() -> DATABASE.template().conditions(Row.class).in("level", List.of(List.of(8, 9))))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
    }

    interface ByLocalTime extends FlowDbRepository<Row, String> {
        List<Row> findByDayLessThan(LocalDateTime time);
    }

    interface ByOffsetTime extends FlowDbRepository<Row, String> {
        List<Row> findByDay(OffsetDateTime time);
    }

    /** The time of the day was cut off, so that a day was not before its own noon. */
    @Test
    void day_comparedWithATime_isRefused() {
        for (Class<?> repository : List.of(ByLocalTime.class, ByOffsetTime.class)) {
            assertThatThrownBy(() -> DATABASE.repository(repository)).isInstanceOf(QueryCreationException.class);
        }
        assertThatThrownBy(() -> DATABASE.template()
                        .conditions(Row.class)
                        .lt("day", LocalDate.of(2026, 1, 1).atTime(12, 0)))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("'day'");
        assertThat(DATABASE.template().conditions(Row.class).eq("day", "2026-01-01"))
                .isNotNull();
    }
}
