package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A range tombstone that a snapshot keeps is cut where a sorted table ends, so the table's greatest key is then the
 * first key of the next one. A point read must go on to that one.
 */
class TouchingTablesTest {
    private static final int KEYS = 40;
    private static final int VALUE_BYTES = 1 << 20;

    private static byte[] key(int i) {
        return String.format("key%03d", i).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(int i) {
        byte[] value = new byte[VALUE_BYTES];
        Arrays.fill(value, (byte) i);
        return value;
    }

    private static void write(Engine engine, int i) {
        engine.write(new FlowRecord(key(i), 1, FlowRecord.NEVER, value(i)));
    }

    /**
     * Without a locator a table cannot tell that it lacks a key; it was taken to have it, and the key in the next table
     * was not found.
     */
    @ParameterizedTest(name = "budget {0}")
    @ValueSource(longs = {0, 1 << 20})
    void get_ofTheFirstKeyBehindARangeTombstone_findsIt(long budget) {
        Config config = Config.builder()
                .inMemory(true)
                .autoBackground(false)
                .compression(Compression.NONE)
                .indexMemoryBudget(budget)
                .maxFrozenMemtables(64)
                .build();
        try (Engine engine = Engine.open(config);
                Snapshot before = engine.snapshot()) {
            engine.deleteRange("key", "kez");
            for (int i = 0; i < KEYS; i++) {
                write(engine, i);
            }
            engine.flush();
            engine.compact();
            assertThat(before.getLatest(key(0))).isEmpty();
            assertThat(engine.stats().tables().count()).isGreaterThan(3);
            for (int i = 0; i < KEYS; i++) {
                assertThat(engine.get(key(i), 1)).as("key %d", i).isPresent();
                assertThat(engine.getLatest(key(i))).as("key %d", i).isPresent();
                assertThat(engine.query(Query.key(key(i)))).as("key %d", i).hasSize(1);
                assertThat(engine.query(Query.key(key(i)).reverse()))
                        .as("key %d", i)
                        .hasSize(1);
            }
        }
    }
}
