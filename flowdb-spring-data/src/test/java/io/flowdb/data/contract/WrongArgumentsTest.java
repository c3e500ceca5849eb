package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.data.repository.query.QueryCreationException;

/** What callers, and clients behind them, may pass by mistake or on purpose: sorts, positions, pages, nulls. */
class WrongArgumentsTest {

    @ObjectStore
    record Row(@Id String id, @Indexed String owner, int level) {}

    interface Rows extends FlowDbRepository<Row, String> {
        List<Row> findByOwner(String owner, Sort sort);

        List<Row> findByOwnerLike(String pattern);

        Window<Row> findFirst2ByOrderByLevelDesc(ScrollPosition position);

        List<Row> deleteByOwner(String owner, Pageable page);

        List<Row> removeByOwner(String owner, Limit limit);

        long deleteByLevelGreaterThan(int level, Sort sort, Limit limit);
    }

    private final TestDatabase database = TestDatabase.with(Row.class);
    private final Rows rows = database.repository(Rows.class);

    @BeforeEach
    void store() {
        rows.saveAll(IntStream.range(0, 6)
                .mapToObj(i -> new Row("r" + i, i < 4 ? "Ann" : "bob", i))
                .toList());
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static void assertUsage(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(InvalidDataAccessApiUsageException.class);
    }

    @Test
    void like_patternThatEndsWithItsEscape_isWrongUsage() {
        assertThat(rows.findByOwnerLike("b%")).hasSize(2);
        assertUsage(() -> rows.findByOwnerLike("b\\"));
    }

    /** The methods of CrudRepository promise it; some were a NullPointerException. */
    @Test
    void crud_null_isIllegalArgument() {
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> rows.save(null),
                () -> rows.insert(null),
                () -> rows.saveAll(null),
                () -> rows.saveAll(Arrays.asList(new Row("x", "x", 1), null)),
                () -> rows.findById(null),
                () -> rows.existsById(null),
                () -> rows.findAllById(null),
                () -> rows.findAllById(Arrays.asList("r1", null)),
                () -> rows.deleteById(null),
                () -> rows.delete(null),
                () -> rows.deleteAll(null),
                () -> rows.deleteAll(Arrays.asList(new Row("r1", "x", 1), null)),
                () -> rows.deleteAllById(null),
                () -> rows.deleteAllById(Arrays.asList("r1", null)))) {
            assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(rows.count()).isEqualTo(6);
    }

    @Test
    void sort_byWhatIsNoProperty_isRefused() {
        for (String path : List.of("nope", "owner.length", "level.x.y", "owner; drop")) {
            assertUsage(() -> rows.findByOwner("Ann", Sort.by(path)));
        }
    }

    @Test
    void position_thatAClientMadeUp_isRefusedOrFindsWhatItSays() {
        assertUsage(() -> rows.findFirst2ByOrderByLevelDesc(at(Map.of("$gt", ""))));
        assertUsage(() -> rows.findFirst2ByOrderByLevelDesc(at(List.of(Map.of()))));
        assertUsage(() -> rows.findFirst2ByOrderByLevelDesc(ScrollPosition.forward(Map.of("id", "r3"))));
        assertUsage(() -> rows.findFirst2ByOrderByLevelDesc(ScrollPosition.offset(Long.MAX_VALUE)));
        assertThat(rows.findFirst2ByOrderByLevelDesc(at(3.0)).getContent())
                .extracting(Row::id)
                .containsExactly("r2", "r1");
        assertThat(rows.findFirst2ByOrderByLevelDesc(ScrollPosition.offset(Long.MAX_VALUE / 2))
                        .getContent())
                .isEmpty();
    }

    private static ScrollPosition at(Object level) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("level", level);
        keys.put("id", "r3");
        return ScrollPosition.forward(keys);
    }

    /** Page, limit and sort of a delete were left out of account: everything that matched was gone. */
    @Test
    void delete_withPageOrLimit_deletesNoMore() {
        assertThat(rows.deleteByOwner(
                        "Ann", PageRequest.of(1, 1, Sort.by("level").descending())))
                .extracting(Row::id)
                .containsExactly("r2");
        assertThat(rows.findAll()).extracting(Row::id).containsExactly("r0", "r1", "r3", "r4", "r5");
        assertThat(rows.removeByOwner("bob", Limit.of(1))).extracting(Row::id).containsExactly("r4");
        Sort ignoringCase = Sort.by(Sort.Order.desc("owner").ignoreCase());
        assertThat(rows.deleteByLevelGreaterThan(0, ignoringCase, Limit.of(1))).isEqualTo(1);
        assertThat(rows.findAll()).extracting(Row::id).containsExactly("r0", "r1", "r3");
        assertThat(rows.deleteByOwner("Ann", Pageable.unpaged())).hasSize(3);
    }

    interface DeleteFirst extends FlowDbRepository<Row, String> {
        long deleteFirst3ByOwner(String owner);
    }

    interface RemoveTop extends FlowDbRepository<Row, String> {
        void removeTopRowsByOwner(String owner);
    }

    interface CountTop extends FlowDbRepository<Row, String> {
        long countDistinctTop2By();
    }

    interface ExistsFirst extends FlowDbRepository<Row, String> {
        boolean existsFirstBy();
    }

    interface OtherWords extends FlowDbRepository<Row, String> {
        long countTopmostByOwner(String owner);

        long deleteRowsByOwnerAndLevelLessThanEqual(String owner, int level);
    }

    /**
     * Spring Data sees a limit only in the names of methods that find: {@code deleteFirst3ByOwner} deleted all rows of
     * the owner.
     */
    @Test
    void limit_inTheNameOfADeleteOrCount_isRefusedAtOnce() {
        for (Class<?> type : List.of(DeleteFirst.class, RemoveTop.class, CountTop.class, ExistsFirst.class)) {
            assertThatThrownBy(() -> database.repository(type))
                    .isInstanceOf(QueryCreationException.class)
                    .hasMessageContaining("Limit")
                    .satisfies(e -> assertThat(e.toString()).contains(type.getDeclaredMethods()[0].getName()));
        }
        OtherWords others = database.repository(OtherWords.class);
        assertThat(others.countTopmostByOwner("Ann")).isEqualTo(4);
        assertThat(others.deleteRowsByOwnerAndLevelLessThanEqual("Ann", 2)).isEqualTo(3);
    }
}
