package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.json.Filter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Ids of several parts in a store with a row policy, where to find by id is a query. */
class CompositeIdPolicyTest {

    @ObjectStore("leaves")
    record Leaf(@Id LeafId id, String owner) {}

    record LeafId(String tree, int place) {}

    private final TestDatabase database = TestDatabase.with(Leaf.class);
    private final FlowDbTemplate template = database.template();

    @BeforeEach
    void store() {
        List<Leaf> leaves = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            leaves.add(new Leaf(new LeafId("tree" + i % 2, i), i % 3 == 0 ? "ann" : "bob"));
        }
        template.insertAll(leaves);
        template.setRowPolicies(List.of(RowPolicyWorld.ownRowsOnly(Leaf.class, "ann")));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void find_byIds_findsOwnRows() {
        LeafId own = new LeafId("tree1", 3);
        assertThat(template.findById(own, Leaf.class)).isEqualTo(new Leaf(own, "ann"));
        assertThat(template.findById(new LeafId("tree0", 3), Leaf.class)).isNull();
        assertThat(template.findById(new LeafId("tree0", 4), Leaf.class)).isNull();
        assertThat(template.existsById(new LeafId("tree0", 6), Leaf.class)).isTrue();
        assertThat(template.existsById(new LeafId("tree0", 4), Leaf.class)).isFalse();
        assertThat(template.findAllById(
                        List.of(new LeafId("tree0", 6), new LeafId("tree0", 4), new LeafId("tree1", 3)), Leaf.class))
                .extracting(leaf -> leaf.id().place())
                .containsExactly(6, 3);
        assertThat(template.findAllById(List.of(), Leaf.class)).isEmpty();
    }

    /** An array as a whole may be an element of a longer key, so a look-up of one id read the store. */
    @Test
    void find_byIds_readsTheseOnly() {
        assertThat(read(key("tree1", 3))).isEqualTo(1);
        assertThat(read(key("tree1", 3), key("tree0", 4), key("tree0", 5))).isEqualTo(2);
    }

    private static JsonNode key(String tree, int place) {
        return JsonNodeFactory.instance.arrayNode().add(tree).add(place);
    }

    private long read(JsonNode... keys) {
        Filter filter = EntityAccess.hasKey(
                template.getConverter().getMappingContext().getRequiredPersistentEntity(Leaf.class), List.of(keys));
        return template.bypassingRowPolicies("count what is read")
                .explain(FlowDbQuery.where(filter), Leaf.class)
                .documentsRead();
    }
}
