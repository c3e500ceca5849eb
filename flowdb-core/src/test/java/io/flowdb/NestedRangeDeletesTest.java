package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.flowdb.internal.base.Keys;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Range deletes inside each other, with a read after each. Each read once arranged all of them again, and noted each at
 * every piece of its range: n * n for one read.
 */
class NestedRangeDeletesTest {
    private static final int RANGES = 10_000;

    @Test
    void deleteRange_tenThousandNested_staysFast() {
        Config config = Config.builder().inMemory(true).autoBackground(false).build();
        assertTimeout(Duration.ofSeconds(60), () -> {
            try (Engine engine = Engine.open(config)) {
                engine.write(FlowRecord.of("middle", 0, "hidden"));
                engine.write(FlowRecord.of("outside", 0, "shown"));
                Snapshot before = engine.snapshot();
                for (int i = 0; i < RANGES; i++) {
                    engine.deleteRange(String.format("a%05d", i), String.format("n%05d", RANGES - i));
                    assertThat(engine.get("middle", 0)).isEmpty();
                }
                engine.write(FlowRecord.of("middle", 1, "later"));
                assertShown(engine, before);
                engine.flush();
                assertShown(engine, before);
                before.close();
                engine.compact();
                assertThat(keys(engine)).containsExactly("middle@1", "outside@0");
            }
        });
    }

    private static void assertShown(Engine engine, Snapshot before) {
        assertThat(keys(engine)).containsExactly("middle@1", "outside@0");
        assertThat(engine.get("middle", 0)).isEmpty();
        assertThat(before.get(Keys.utf8("middle"), 0))
                .map(FlowRecord::valueText)
                .contains("hidden");
    }

    private static List<String> keys(Engine engine) {
        return engine.query(Query.all()).stream()
                .map(r -> r.keyText() + "@" + r.ts())
                .toList();
    }
}
