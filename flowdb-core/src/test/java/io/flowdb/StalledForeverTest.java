package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writers waited for level 0 to become smaller while no compaction was due: the planner went by the number of tables of
 * similar size, the backlog by their bytes and by their number whatever their size. Nothing ended the wait but its
 * limit of 30 s, for every write from then on.
 */
class StalledForeverTest {
    private static final int MEMTABLE_BYTES = 64 << 10;

    private final Random random = new Random(1);

    private Config config(int threshold) {
        return Config.builder()
                .inMemory(true)
                .memtableSize(MEMTABLE_BYTES)
                .flushInterval(Duration.ZERO)
                .compactionThreshold(threshold)
                .compactionInterval(Duration.ofHours(1))
                .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                .build();
    }

    private void put(Engine engine, int bytes) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        byte[] key = String.format("key%05d", random.nextInt(10_000)).getBytes(StandardCharsets.US_ASCII);
        engine.write(FlowRecord.of(key, 0, value));
    }

    private static void checkNeverWaitedLong(Engine engine) {
        assertThat(Duration.ofNanos(engine.stats().writeStallNanos())).isLessThan(Duration.ofSeconds(20));
    }

    /** One value of more than six memtables is a table that fills level 0 alone. */
    @Test
    void write_afterAValueOfManyMemtables_goesOn() {
        try (Engine engine = Engine.open(config(2))) {
            put(engine, 8 * MEMTABLE_BYTES);
            engine.flush();
            for (int i = 0; i < 100; i++) {
                put(engine, 2_000);
            }
            checkNeverWaitedLong(engine);
        }
    }

    /**
     * Tables that do not shrink fill level 0 before there are as many as the threshold says; 1000 is more than level 0
     * may ever hold.
     */
    @ParameterizedTest
    @ValueSource(ints = {8, 1000})
    void write_thresholdThatLevel0CannotReach_goesOn(int threshold) {
        try (Engine engine = Engine.open(config(threshold))) {
            for (int i = 0; i < 1_000; i++) {
                put(engine, 2_000);
            }
            checkNeverWaitedLong(engine);
        }
    }

    /**
     * Large and small tables in turn, as flushes by hand or checkpoints leave them: no neighbours of similar size, and
     * too little to be merged down.
     */
    @Test
    void write_manyTablesOfUnlikeSizes_goesOn() {
        try (Engine engine = Engine.open(config(2))) {
            for (int i = 0; i < 5_000; i++) {
                put(engine, 4_000);
            }
            engine.compact();
            for (int i = 0; i < 60; i++) {
                put(engine, 200);
                engine.flush();
                for (int j = 0; j < 9; j++) {
                    put(engine, 2_000);
                }
                engine.flush();
                assertThat(engine.stats().tables().count()).as("round %d", i).isLessThan(80);
            }
            for (int i = 0; i < 100; i++) {
                put(engine, 2_000);
            }
            checkNeverWaitedLong(engine);
        }
    }
}
