package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.InvalidQueryException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Filters that stand in several places of a larger one. {@code or(f, f)}, forty times over, is few objects that stand
 * for 2^40 filters: making it, or a query with it, took all memory or for ever.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedFiltersTest {
    private final JsonDB db = JsonDB.on(new MemoryStore());

    @BeforeEach
    void fill() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        for (int i = 0; i < 20; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i % 5 + "}"));
        }
    }

    private static Filter nested(int times, UnaryOperator<Filter> outer) {
        Filter filter = Filter.or(Filter.eq("v", 1), Filter.eq("v", 2));
        for (int i = 0; i < times; i++) {
            filter = outer.apply(filter);
        }
        return filter;
    }

    @Test
    void sameFilterSeveralTimes_inOneKindOfFilter_countsOnce() {
        assertThat(db.query("s").where(nested(40, f -> Filter.or(f, f))).count())
                .isEqualTo(8);
        assertThat(db.query("s").where(nested(40, f -> f.and(f))).count()).isEqualTo(8);
        Filter more = nested(40, f -> Filter.or(f.or(Filter.eq("v", 3)), f.or(Filter.eq("v", 9))));
        assertThat(db.query("s").where(more).count()).isEqualTo(12);
        assertThat(((Filter.Or) more).filters()).hasSizeLessThan(100);
    }

    @Test
    void sameFilterSeveralTimes_inNestedKinds_isRefusedBeyondAMillion() {
        UnaryOperator<Filter> alternating =
                f -> Filter.or(f.and(Filter.exists("id")), Filter.not(f).and(Filter.exists("x")));
        assertThatThrownBy(() -> db.query("s").where(nested(30, alternating)))
                .isInstanceOf(InvalidQueryException.class)
                .hasMessageContaining("1000000");
        assertThatThrownBy(() -> nested(30, alternating).predicate()).isInstanceOf(InvalidQueryException.class);
        assertThat(db.query("s").where(nested(12, alternating)).count()).isEqualTo(8);
        assertThatThrownBy(() -> db.query("s").where(nested(30, f -> Filter.not(Filter.or(f, Filter.not(f))))))
                .isInstanceOf(InvalidQueryException.class);
    }
}
