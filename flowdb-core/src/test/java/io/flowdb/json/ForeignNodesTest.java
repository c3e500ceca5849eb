package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.LimitExceededException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * Trees with nodes that are not JSON themselves: raw text, Java objects, bytes, the missing node. They were written as
 * they are: text that is no JSON ended in a CorruptionException, and the limits on depth and digits, and the form of a
 * document, were not those of other documents.
 */
class ForeignNodesTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonDB db;

    @BeforeEach
    void open() {
        db = JsonDB.on(new MemoryStore(() -> 1_000_000_000_000_000L));
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
    }

    @AfterEach
    void close() {
        db.close();
    }

    private static ObjectNode document() {
        return NODES.objectNode().put("id", 1);
    }

    private static ObjectNode raw(String text) {
        return document().putRawValue("v", new RawValue(text));
    }

    @Test
    void put_textThatIsNoJsonValue_isRefusedAndNothingWritten() {
        for (String text : List.of("garbage{", "{\"a\":1,\"a\":2}", "1,\"w\":99", "", "NaN", "1e99999999999", "[1]]")) {
            assertThatThrownBy(() -> db.put("s", raw(text)))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("document contains");
        }
        assertThatThrownBy(() -> db.put("s", document().putPOJO("v", Map.of("\ud800", 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(db.count("s")).isZero();
    }

    @Test
    void put_beyondALimit_isRefusedTyped() {
        assertThatThrownBy(() -> db.put("s", raw("[".repeat(200) + "]".repeat(200))))
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> assertThat(e.limitName()).isEqualTo("document depth"));
        assertThatThrownBy(() -> db.put("s", document().putPOJO("v", new BigInteger("9".repeat(1010)))))
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> assertThat(e.limitName()).isEqualTo("number digits"));
        assertThat(db.count("s")).isZero();
    }

    @Test
    void put_validNodes_areStoredAsTheJsonTheyStandFor() {
        db.put("s", raw("{\n \"x\" : 1.10 }"));
        assertThat(db.get("s", 1)).isEqualTo(json("{'id':1,'v':{'x':1.10}}"));
        assertThat(db.query("s").whereEq("v.x", new BigDecimal("1.1")).count()).isEqualTo(1);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        assertThat(db.exportJson("s", lines, ExportFormat.NDJSON, n -> {})).isEqualTo(1);
        ImportResult result = db.importJson("s", new ByteArrayInputStream(lines.toByteArray()), ImportOptions.DEFAULT);
        assertThat(result).isEqualTo(new ImportResult(1, 0, List.of()));

        db.put("s", document().putPOJO("v", List.of("a", new BigDecimal("2.50"), "\ud800")));
        assertThat(db.get("s", 1).get("v")).hasSize(3);
        assertThat(db.getByIndex("s", "v", List.of("a", 2.5, "\ud800"))).hasSize(1);
        db.put("s", document().put("v", new byte[] {1, 2, 3}));
        assertThat(db.getByIndex("s", "v", "AQID")).hasSize(1);
        ObjectNode missing = document();
        missing.set("v", NODES.missingNode());
        db.put("s", missing);
        assertThat(db.get("s", 1)).isEqualTo(json("{'id':1,'v':null}"));
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }
}
