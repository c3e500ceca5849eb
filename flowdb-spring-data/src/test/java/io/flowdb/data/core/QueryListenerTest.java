package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.json.Filter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.domain.Sort;

/** What is said of each query: its store, how it gets at its documents, and how long that took. */
class QueryListenerTest {

    @ObjectStore
    record Part(@Id String id, @Indexed String name, int size) {}

    interface Parts extends FlowDbRepository<Part, String> {
        List<Part> findByName(String name);

        List<Part> findBySize(int size);

        long countByNameAndSize(String name, int size);

        boolean existsByIdIn(List<String> ids);

        long deleteBySizeGreaterThan(int size);
    }

    private final TestDatabase database = TestDatabase.with(Part.class);
    private final Parts parts = database.repository(Parts.class);
    private final List<AccessPath> told = new ArrayList<>();

    @BeforeEach
    void listen() {
        parts.save(new Part("1", "a", 1));
        database.template().addQueryListener((store, path, nanos) -> {
            assertThat(store).isEqualTo("part");
            assertThat(nanos).isPositive();
            told.add(path);
        });
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void queries_ofARepository_areToldWithTheirPath() {
        parts.findByName("a");
        parts.findBySize(1);
        parts.countByNameAndSize("a", 1);
        parts.existsByIdIn(List.of("1", "2"));
        parts.findAll(Sort.by("name"));
        parts.deleteBySizeGreaterThan(5);
        assertThat(told)
                .containsExactly(
                        AccessPath.INDEX,
                        AccessPath.SCAN,
                        AccessPath.INDEX,
                        AccessPath.ID,
                        AccessPath.SCAN,
                        AccessPath.SCAN);
    }

    /** There was one, so that the meters of Spring Boot took the place of the application's. */
    @Test
    void listeners_several_areAllTold() {
        List<AccessPath> toldToo = new ArrayList<>();
        database.template().addQueryListener((store, path, nanos) -> toldToo.add(path));
        parts.findByName("a");
        parts.findBySize(1);
        assertThat(told).containsExactly(AccessPath.INDEX, AccessPath.SCAN);
        assertThat(toldToo).isEqualTo(told);
    }

    @Test
    void alternatives_areAsGoodAsTheWorstOfThem() {
        ExecutableQuery<Part, Part> query = database.template().query(Part.class);
        query.matching(c -> Filter.or(c.eq("id", "1"), c.eq("name", "a"))).all();
        query.matching(c -> Filter.or(c.eq("name", "a"), c.eq("size", 1))).all();
        query.matching(c -> Filter.and(Filter.or(c.eq("name", "a"), c.eq("size", 1)), c.eq("id", "1")))
                .all();
        assertThat(told).containsExactly(AccessPath.INDEX, AccessPath.SCAN, AccessPath.ID);
    }

    @Test
    void readsById_andWhatFindsNothing_areNotTold() {
        parts.findById("1");
        parts.existsById("1");
        parts.existsByIdIn(List.of());
        parts.count();
        assertThat(told).isEmpty();
    }
}
