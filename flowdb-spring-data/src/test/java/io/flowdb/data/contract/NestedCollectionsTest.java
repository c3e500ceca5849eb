package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Sort;
import org.springframework.data.repository.query.QueryCreationException;

/** Collections of collections of values, in generic classes and in each other. */
class NestedCollectionsTest {

    record Point(@Indexed int x, @Nullable Integer y) {}

    record Tree<T>(@Nullable T value, List<Tree<T>> children) {}

    abstract static class Base<ID, V> {
        @Id
        @Nullable
        ID id;

        @Nullable
        V value;

        @Nullable
        Map<String, List<V>> byName;

        @Nullable
        List<Map<String, Optional<V>>> deep;
    }

    @ObjectStore
    static class Drawing extends Base<Long, Point> {
        @Nullable
        List<List<Point>> grid;

        @Nullable
        Tree<Point> tree;

        @Nullable
        List<Set<Point>[]> sets;

        @Nullable
        Map<Integer, Map<LocalDate, Point[]>> days;

        @Nullable
        Optional<List<Point>> some;
    }

    interface Drawings extends FlowDbRepository<Drawing, Long> {
        List<Drawing> findByGridIsEmpty();

        List<Drawing> findByValueX(int x);
    }

    /** An application with such a property did not start: "Couldn't find PersistentEntity for property …". */
    @Test
    @SuppressWarnings("unchecked")
    void entity_withCollectionsOfCollections_comesBackAsItWas() {
        try (TestDatabase database = TestDatabase.with(Drawing.class)) {
            Drawings drawings = database.repository(Drawings.class);
            LocalDate day = LocalDate.of(2026, 1, 2);
            Drawing drawing = new Drawing();
            drawing.value = new Point(1, 2);
            drawing.byName = Map.of("a", List.of(new Point(3, null)));
            drawing.deep = List.of(Map.of("some", Optional.of(new Point(5, 6)), "none", Optional.empty()));
            drawing.grid = List.of(List.of(new Point(7, 8), new Point(9, 10)), List.of());
            drawing.tree = new Tree<>(new Point(0, 0), List.of(new Tree<>(null, List.of())));
            drawing.sets = List.<Set<Point>[]>of(new Set[] {Set.of(new Point(1, 1)), Set.of()});
            drawing.days = Map.of(7, Map.of(day, new Point[] {new Point(8, 8), null}));
            drawing.some = Optional.of(List.of(new Point(2, 2)));
            drawings.save(drawing);
            drawings.save(new Drawing());

            Drawing read = drawings.findById(drawing.id).orElseThrow();
            assertThat(read.value).isEqualTo(drawing.value);
            assertThat(read.byName).isEqualTo(drawing.byName);
            assertThat(read.deep).isEqualTo(drawing.deep);
            assertThat(read.grid).isEqualTo(drawing.grid);
            assertThat(read.tree).isEqualTo(drawing.tree);
            assertThat(Arrays.asList(read.sets.get(0))).isEqualTo(Arrays.asList(drawing.sets.get(0)));
            assertThat(read.days.get(7).get(day)).containsExactly(new Point(8, 8), null);
            assertThat(read.some).isEqualTo(drawing.some);
            assertThat(drawings.findByGridIsEmpty()).hasSize(1);
            assertThat(drawings.findByValueX(1)).hasSize(1);
            assertThat(database.db().getStore("drawing").indexes())
                    .as("none leads into elements")
                    .extracting(index -> index.paths().get(0))
                    .containsExactlyInAnyOrder("value.x", "tree.value.x");
            assertThatThrownBy(() -> drawings.findAll(Sort.by("deep")))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class);
        }
    }

    interface EmptyMaps extends FlowDbRepository<Drawing, Long> {
        List<Drawing> findByByNameIsEmpty();
    }

    /** The message named what the map holds, which could well be empty. */
    @Test
    void isEmpty_ofAMap_isRefusedAsThatOfAMap() {
        try (TestDatabase database = TestDatabase.with(Drawing.class)) {
            assertThatThrownBy(() -> database.repository(EmptyMaps.class))
                    .isInstanceOf(QueryCreationException.class)
                    .hasMessageContaining("does not apply to 'byName', a Map");
        }
    }
}
