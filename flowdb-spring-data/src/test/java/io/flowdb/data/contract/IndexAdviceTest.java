package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.contract.Item.Status;
import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.ScanMode;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.json.Explain;
import io.flowdb.json.Filter;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
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
        assertThat(advice(is.like("name", "a%b", false))).isNull();
        assertThat(advice(is.like("name", "\\%", false))).isNull();
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
                .contains("'price'")
                .doesNotContain("'name'");
        assertThat(advice(is.in("name", Arrays.asList("a", null))))
                .as("the name has an index")
                .contains("no index");
        assertThat(advice(is.contains("name", "a", false))).contains("no index");
        assertThat(advice(is.ne("name", "a"))).contains("no index");
        assertThat(advice(is.like("name", "%a", false))).contains("no index");
        assertThat(advice(is.like("name", "_a", false))).contains("no index");
        assertThat(advice(is.like("name", "a%", true))).contains("no index");
    }

    @ObjectStore("boxes")
    record Box(
            @Id BoxId id,
            @JsonProperty("tag_list") List<String> labels,
            @Indexed List<String> whole) {}

    record BoxId(String shelf, int place) {}

    interface Inherited<T> extends FlowDbRepository<T, BoxId> {
        List<T> findByLabelsContaining(String label);
    }

    interface BoxRepository extends Inherited<Box> {}

    /**
     * The advice for elements of a collection was an index by the whole collection, which does not find them, and
     * properties were called as they stand in the documents: 'id.0', which no class has.
     */
    @Test
    void advice_forElementsAndPartsOfTheId_isWhatHelps() {
        try (TestDatabase boxes = TestDatabase.with(Box.class)) {
            assertThat(boxAdvice(boxes, b -> b.contains("labels", "red", false)))
                    .isEqualTo("@Indexed(multiEntry = true) on the property 'labels' would serve it");
            assertThat(boxAdvice(boxes, b -> b.eq("labels", List.of("red"))))
                    .isEqualTo("@Indexed on the property 'labels' would serve it");
            assertThat(boxAdvice(boxes, b -> Filter.and(b.eq("id.place", 1), b.contains("labels", "red", false))))
                    .isEqualTo("@Indexed on the property 'id.place' or"
                            + " @Indexed(multiEntry = true) on the property 'labels' would serve it");
        }
    }

    /** The first part of an id needed an index of its own, although the ids are in its order. */
    @Test
    void firstPartOfTheId_isARangeOfIds() {
        try (TestDatabase boxes = TestDatabase.with(Box.class)) {
            for (int i = 0; i < 40; i++) {
                BoxId id = new BoxId("shelf" + i % 4, i);
                boxes.template().insert(new Box(id, List.of(), List.of()));
            }
            assertThat(boxAdvice(boxes, b -> b.eq("id.shelf", "shelf1"))).isNull();
            assertThat(read(boxes, b -> b.eq("id.shelf", "shelf1"))).isEqualTo(10);
            assertThat(read(boxes, b -> b.startsWith("id.shelf", "shelf", false)))
                    .isEqualTo(40);
            assertThat(read(boxes, b -> Filter.and(b.eq("id.shelf", "shelf1"), b.gt("id.place", 8))))
                    .isEqualTo(8);
            assertThat(read(boxes, b -> b.in("id.shelf", List.of("shelf0", "shelf3"))))
                    .isEqualTo(20);
        }
    }

    private static long read(TestDatabase boxes, Function<Conditions<Box>, Filter> filter) {
        FlowDbQuery query = FlowDbQuery.where(filter.apply(boxes.template().conditions(Box.class)));
        return boxes.template().explain(query, Box.class).documentsRead();
    }

    private static String boxAdvice(TestDatabase boxes, Function<Conditions<Box>, Filter> filter) {
        FlowDbQuery query = FlowDbQuery.where(filter.apply(boxes.template().conditions(Box.class)));
        return boxes.template().adviseIndex(query, Box.class).orElse(null);
    }

    /** An index by the whole collection reads every document that has one. */
    @Test
    void explain_elementOfAnIndexByTheWhole_readsAll() {
        try (TestDatabase boxes = TestDatabase.with(Box.class)) {
            boxes.template()
                    .insertAll(List.of(
                            new Box(new BoxId("a", 1), List.of(), List.of("x", "y")),
                            new Box(new BoxId("a", 2), List.of(), List.of("z"))));
            Filter x = boxes.template().conditions(Box.class).contains("whole", "x", false);
            Explain explain = boxes.template().explain(FlowDbQuery.where(x), Box.class);
            assertThat(explain.rowsReturned()).isEqualTo(1);
            assertThat(explain.documentsRead()).isEqualTo(2);
        }
    }

    /** A method that repositories share was told of by the interface they have it from, which says nothing. */
    @Test
    void method_inherited_isNamedByItsRepository() {
        try (TestDatabase boxes = TestDatabase.with(Box.class)) {
            BoxRepository repository = boxes.repository(BoxRepository.class);
            boxes.template().setScanMode(ScanMode.FAIL);
            assertThatThrownBy(() -> repository.findByLabelsContaining("red"))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("BoxRepository.findByLabelsContaining reads the whole store 'boxes'");
        }
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
