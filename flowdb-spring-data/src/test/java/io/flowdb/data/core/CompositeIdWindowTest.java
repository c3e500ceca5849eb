package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.json.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Windows in the order of ids that have several parts. */
class CompositeIdWindowTest {

    private static final int ROWS = 100;
    private static final int SIZE = 7;

    @ObjectStore("rows")
    record Row(@Id RowId id) {}

    record RowId(int block, String name) {}

    private final TestDatabase database = TestDatabase.with(Row.class);
    private final FlowDbTemplate template = database.template();
    private final List<Row> rows = new ArrayList<>();

    @BeforeEach
    void store() {
        for (int i = 0; i < ROWS; i++) {
            rows.add(new Row(new RowId(i / 10, "n" + i % 10)));
        }
        template.insertAll(rows);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({"ASC, true", "ASC, false", "DESC, true", "DESC, false"})
    void windows_inBothDirections_areTheListInParts(Sort.Direction direction, boolean forward) {
        List<Row> wanted = new ArrayList<>(rows);
        if ((direction == Sort.Direction.DESC) == forward) {
            Collections.reverse(wanted);
        }
        FlowDbQuery query = FlowDbQuery.all().withSort(Sort.by(direction, "id")).withLimit(SIZE);
        KeysetScrollPosition position =
                forward ? ScrollPosition.keyset() : ScrollPosition.keyset().backward();
        List<Row> seen = new ArrayList<>();
        boolean more = true;
        while (more) {
            Window<Row> window = template.scroll(query, position, Row.class);
            List<Row> part = new ArrayList<>(window.getContent());
            if (!forward) {
                Collections.reverse(part);
            }
            seen.addAll(part);
            position = (KeysetScrollPosition) window.positionAt(forward ? window.size() - 1 : 0);
            more = window.hasNext();
        }
        assertThat(seen).isEqualTo(wanted);
    }

    /** What comes after an id was looked for from the first row of the store on. */
    @ParameterizedTest
    @CsvSource({"ASC, 75", "DESC, 30"})
    void windows_begin_nearTheirPosition(Sort.Direction direction, int read) {
        EntityOrder order =
                EntityOrder.of(Sort.by(direction, "id"), Row.class, new EntityProperties(template.getConverter()));
        JsonNode last = JsonNodeFactory.instance.arrayNode().add(2).add("n4");
        Filter after = order.after(Collections.singletonList(last));
        assertThat(template.explain(FlowDbQuery.where(after), Row.class).documentsRead())
                .isEqualTo(read);
    }
}
