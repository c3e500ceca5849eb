package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.RecordNotFoundException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every operation takes keys as text; they are the same keys as their UTF-8 bytes. */
class TextKeysTest {
    private final Engine engine =
            Engine.open(Config.builder().inMemory(true).autoBackground(false).build());

    @AfterEach
    void close() {
        engine.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void batch_withTextKeys_writesTheirBytes() {
        engine.write(new WriteBatch()
                .put("ä", 1, FlowRecord.NEVER, utf8("one"))
                .put("ä", 2, FlowRecord.NEVER, utf8("two"))
                .put("b", 1, FlowRecord.NEVER, utf8("three")));
        assertThat(engine.get(utf8("ä"), 1)).map(FlowRecord::valueText).contains("one");
        engine.write(new WriteBatch().delete("ä", 1).deleteRange("b", "c"));
        assertThat(engine.query(Query.all())).extracting(FlowRecord::valueText).containsExactly("two");
    }

    @Test
    void queries_withTextKeys_haveTheBoundsOfTheirBytes() {
        for (String key : List.of("a", "b", "ä", "日")) {
            engine.write(FlowRecord.of(key, 1, key));
        }
        assertThat(engine.query(Query.key("ä"))).extracting(FlowRecord::keyText).containsExactly("ä");
        assertThat(engine.query(Query.all().fromKey("b", false).toKey("日", true)))
                .extracting(FlowRecord::keyText)
                .containsExactly("ä", "日");
        assertThat(engine.query(Query.all().fromKey("b", true).toKey("日", false)))
                .extracting(FlowRecord::keyText)
                .containsExactly("b", "ä");
    }

    @Test
    void snapshotAndPatch_takeTextKeys() {
        engine.write(FlowRecord.of("ä", 1, "before"));
        try (Snapshot snapshot = engine.snapshot()) {
            assertThat(engine.patch("ä", 1, Patch.value(utf8("after"))).valueText())
                    .isEqualTo("after");
            assertThat(engine.getLatest("ä")).map(FlowRecord::valueText).contains("after");
            assertThat(snapshot.get("ä", 1)).map(FlowRecord::valueText).contains("before");
            assertThat(snapshot.getLatest("ä")).map(FlowRecord::valueText).contains("before");
        }
        assertThatThrownBy(() -> engine.patch("none", 1, Patch.value(utf8("x"))))
                .isInstanceOf(RecordNotFoundException.class);
    }
}
