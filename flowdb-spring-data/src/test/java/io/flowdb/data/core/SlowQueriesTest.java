package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.json.Filter;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.domain.Sort;

/** Which queries are kept as slow, and what is told of them. */
class SlowQueriesTest {

    @ObjectStore
    record Part(@Id String id, @Indexed String name, int size, List<String> tags) {}

    private final TestDatabase database = TestDatabase.with(Part.class);
    private final FlowDbTemplate template = database.template();

    @AfterEach
    void close() {
        database.close();
    }

    private SlowQueries from(Duration threshold) {
        SlowQueries slow = new SlowQueries(threshold);
        template.setSlowQueries(slow);
        return slow;
    }

    @Test
    void query_belowTheThreshold_isNotKept() {
        for (Duration threshold : List.of(Duration.ofHours(1), Duration.ofSeconds(Long.MAX_VALUE))) {
            SlowQueries slow = from(threshold);
            template.query(Part.class).all();
            assertThat(slow.latest()).isEmpty();
        }
    }

    @Test
    void query_eachAction_isKeptNewestFirst() {
        template.insert(new Part("1", "a", 1, List.of()));
        SlowQueries slow = from(Duration.ZERO);
        ExecutableQuery<Part, Part> query = template.query(Part.class).matching(c -> c.gt("size", 0));
        query.all();
        query.count();
        query.exists();
        template.delete(Part.class).matching(c -> c.gt("size", 0)).all();
        assertThat(slow.latest()).extracting(SlowQuery::action).containsExactly("delete", "exists", "count", "find");
        assertThat(slow.latest()).allSatisfy(each -> {
            assertThat(each.query()).isEqualTo("size > ?");
            assertThat(each.store()).isEqualTo("part");
            assertThat(each.rows()).isEqualTo(1);
            assertThat(each.time()).isPositive();
            assertThat(each.advice()).contains("'size'");
        });
    }

    @Test
    void queries_beyondTheMost_pushOutTheOldest() {
        SlowQueries slow = from(Duration.ZERO);
        for (int i = 0; i <= SlowQueries.KEPT; i++) {
            template.query(Part.class).limit(i + 1).all();
        }
        assertThat(slow.latest()).hasSize(SlowQueries.KEPT);
        assertThat(slow.latest().get(0).query()).isEqualTo("all limit " + (SlowQueries.KEPT + 1));
        assertThat(slow.latest().get(SlowQueries.KEPT - 1).query()).isEqualTo("all limit 2");
    }

    @Test
    void shape_everyCondition_tellsNoValue() {
        assertThat(shape(c -> c.eq("name", "secret"))).isEqualTo("name = ?");
        assertThat(shape(c -> c.ne("name", "secret"))).isEqualTo("not (name = ?)");
        assertThat(shape(c -> c.between("size", 17, 18))).isEqualTo("size >= ? and size <= ?");
        assertThat(shape(c -> Filter.and(c.lt("size", 17), Filter.or(c.gt("size", 17), c.isNull("name")))))
                .isEqualTo("size < ? and (size > ? or name is null)");
        assertThat(shape(c -> c.in("name", List.of("secret", "secret2")))).isEqualTo("name in (2 values)");
        assertThat(shape(c -> c.startsWith("name", "secret", false))).isEqualTo("name starts with ?");
        assertThat(shape(c -> c.endsWith("name", "secret", true))).isEqualTo("ignorecase(name) ends with ?");
        assertThat(shape(c -> c.eqIgnoreCase("name", "secret"))).isEqualTo("ignorecase(name) = ?");
        assertThat(shape(c -> c.contains("name", "secret", false))).isEqualTo("name contains ?");
        assertThat(shape(c -> c.regex("name", "secret", false))).isEqualTo("name matches ?");
        assertThat(shape(c -> c.isNotNull("name"))).isEqualTo("not (name is null)");
        assertThat(shape(c -> c.contains("tags", "secret", false))).isEqualTo("tags = ?");
        assertThat(shape(c -> Filter.exists("name"))).isEqualTo("name exists");
        assertThat(shape(Conditions::all)).isEqualTo("all");
        SlowQueries slow = from(Duration.ZERO);
        template.query(Part.class)
                .sort(Sort.by("name").and(Sort.by("size").descending()))
                .offset(3)
                .limit(4)
                .all();
        assertThat(slow.latest().get(0).query()).isEqualTo("all order by name, size desc offset 3 limit 4");
    }

    private String shape(Function<Conditions<Part>, Filter> condition) {
        SlowQueries slow = from(Duration.ZERO);
        template.query(Part.class).matching(condition).all();
        return slow.latest().get(0).query();
    }
}
