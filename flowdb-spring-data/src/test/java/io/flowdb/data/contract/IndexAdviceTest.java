package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.data.TestDatabase;
import io.flowdb.data.contract.Item.Status;
import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.ScanMode;
import io.flowdb.json.Explain;
import io.flowdb.json.Filter;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;

/** Which queries are said to need an index, and what is done about it. */
class IndexAdviceTest {

    private final TestDatabase database = TestDatabase.with(Item.class);
    private final FlowDbTemplate template = database.template();
    private final Conditions<Item> is = template.conditions(Item.class);

    @AfterEach
    void close() {
        database.close();
    }

    private String advice(Filter filter) {
        return template.adviseIndex(FlowDbQuery.where(filter), Item.class).orElse(null);
    }

    @Test
    void advice_served_isNone() {
        assertThat(advice(null)).isNull();
        assertThat(advice(is.eq("id", "1"))).isNull();
        assertThat(advice(is.eq("name", "a"))).isNull();
        assertThat(advice(is.startsWith("name", "a", false))).isNull();
        assertThat(advice(is.in("status", List.of(Status.OPEN)))).isNull();
        assertThat(advice(is.gt("place.floor", 1))).isNull();
        assertThat(advice(Filter.and(is.eq("price", BigDecimal.ONE), is.gt("age", 1))))
                .isNull();
        assertThat(advice(Filter.or(is.eq("name", "a"), is.gt("age", 1)))).isNull();
        assertThat(advice(is.in("price", List.of()))).isNull();
    }

    @Test
    void advice_notServed_namesTheProperty() {
        assertThat(advice(is.eq("price", BigDecimal.ONE))).contains("@Indexed").contains("'price'");
        assertThat(advice(Filter.or(is.eq("name", "a"), is.eq("price", BigDecimal.ONE))))
                .contains("'price'");
        assertThat(advice(is.contains("name", "a", false))).contains("no index");
        assertThat(advice(is.ne("name", "a"))).contains("no index");
    }

    @Test
    void method_withoutIndex_failsWhereItMust() {
        ItemRepository repository = database.repository(ItemRepository.class);
        assertThat(template.getScanMode()).isEqualTo(ScanMode.WARN);
        assertThat(repository.findByPrice(BigDecimal.ONE)).isEmpty();
        template.setScanMode(ScanMode.FAIL);
        assertThatThrownBy(() -> repository.findByPriceGreaterThan(BigDecimal.ONE))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("ItemRepository.findByPriceGreaterThan")
                .hasMessageContaining("@Indexed");
        assertThat(repository.findByAgeGreaterThan(1)).isEmpty();
        template.setScanMode(ScanMode.ALLOW);
        assertThat(repository.findByPriceGreaterThan(BigDecimal.ONE)).isEmpty();
    }

    @Test
    void explain_indexedQuery_namesTheIndex() {
        Explain explain = template.explain(FlowDbQuery.where(is.eq("name", "a")), Item.class);
        assertThat(explain.index()).isEqualTo("by_name");
        assertThat(template.explain(FlowDbQuery.where(is.contains("tags", "red", false)), Item.class)
                        .index())
                .isEqualTo("by_tags");
        assertThat(advice(is.contains("tags", "red", false))).isNull();
    }
}
