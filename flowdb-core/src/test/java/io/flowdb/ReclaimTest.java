package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The space of expired and deleted records comes back by itself: nobody calls for a compaction, and nothing is written
 * any more.
 */
@Timeout(60)
class ReclaimTest {
    private static final int RECORDS = 400;
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration QUIET = Duration.ofMillis(150);

    private final AtomicLong clock = new AtomicLong(1_000_000);

    /** Nothing is due but for what the tests are about. */
    private Config.Builder config() {
        return Config.builder()
                .inMemory(true)
                .clockMicros(clock::get)
                .compactionThreshold(1_000)
                .compactionInterval(Duration.ofMillis(10))
                .gcInterval(Duration.ofMillis(10))
                .flushInterval(Duration.ZERO);
    }

    /** Those of the numbers that {@code lasting} divides, for ever, the others for a second. */
    private static List<FlowRecord> fill(Engine engine, int lasting) {
        List<FlowRecord> kept = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            FlowRecord record = record(i, 0, "v".repeat(200));
            if (i % lasting == 0) {
                engine.write(record);
                kept.add(record);
            } else {
                engine.write(record, SHORT);
            }
        }
        engine.flush();
        return kept;
    }

    private static FlowRecord record(int number, long ts, String value) {
        return FlowRecord.of(String.format("key%04d", number), ts, value);
    }

    private void passShort() {
        clock.addAndGet(SHORT.toMillis() * 1_000);
    }

    private static void awaitRecords(Engine engine, long records) {
        await().until(() -> engine.stats().tables().records() == records);
    }

    private static void checkNothingIsWritten(Engine engine) {
        assertThat(engine.compactDue()).as("anything due").isFalse(); // and what went on is over, and counted
        EngineStats before = engine.stats();
        await().during(QUIET)
                .until(() -> engine.stats().compactions().count()
                                == before.compactions().count()
                        && engine.stats().flushes().count() == before.flushes().count());
    }

    /**
     * Nine of ten records of a table had expired and stayed, as level 0 was empty, so that nothing was due, and the
     * table did not expire as a whole.
     */
    @Test
    void expired_mostOfATableOfTheSortedLevel_isReclaimed() {
        try (Engine engine = Engine.open(config().build())) {
            List<FlowRecord> kept = fill(engine, 10);
            engine.compact();
            checkNothingIsWritten(engine);
            passShort();
            awaitRecords(engine, kept.size());
            assertThat(engine.stats().recordsPurged()).isZero();
            assertThat(engine.query(Query.all())).isEqualTo(kept);
            checkNothingIsWritten(engine);
        }
    }

    /** Also of a table of level 0 that nothing is merged with. What it hid stays hidden. */
    @Test
    void expired_mostOfATableOfLevel0_isReclaimedWithWhatItHid() {
        try (Engine engine = Engine.open(config().build())) {
            for (int i = 0; i < RECORDS; i++) {
                engine.write(record(i, 0, "older" + "v".repeat(200)));
            }
            engine.flush();
            engine.compact();
            List<FlowRecord> kept = fill(engine, 10);
            checkNothingIsWritten(engine);
            assertThat(engine.stats().tables().records()).isEqualTo(2 * RECORDS);
            passShort();
            assertThat(engine.query(Query.all())).isEqualTo(kept);
            awaitRecords(engine, kept.size());
            assertThat(engine.query(Query.all())).isEqualTo(kept);
            checkNothingIsWritten(engine);
        }
    }

    /** A table that has expired as a whole, but cannot be dropped, as it hides what has not. */
    @Test
    void expired_allOfATableThatHidesOthers_isReclaimedWithThem() {
        try (Engine engine = Engine.open(config().build())) {
            for (int i = 0; i < RECORDS; i++) {
                engine.write(record(i, 0, "older" + "v".repeat(200)));
            }
            engine.flush();
            engine.compact();
            for (int i = 0; i < RECORDS; i++) {
                engine.write(record(i, 0, "newer"), SHORT);
            }
            engine.flush();
            passShort();
            awaitRecords(engine, 0);
            assertThat(engine.query(Query.all())).isEmpty();
        }
    }

    /** A table that has expired as a whole is dropped, not read. */
    @Test
    void expired_allOfATable_isLeftToTheDrop() {
        try (Engine engine =
                Engine.open(config().gcInterval(Duration.ofHours(1)).build())) {
            fill(engine, RECORDS + 1);
            engine.delete("key0000", 0);
            engine.flush();
            engine.compact();
            assertThat(engine.stats().tables().records()).isEqualTo(RECORDS - 1);
            passShort();
            checkNothingIsWritten(engine);
            assertThat(engine.gc()).isEqualTo(RECORDS - 1);
        }
    }

    @Test
    void expired_lessThanHalfOfATable_isNotWorthARewrite() {
        try (Engine engine = Engine.open(config().build())) {
            for (int i = 0; i < RECORDS; i++) {
                if (i % 5 < 2) {
                    engine.write(record(i, 0, "v".repeat(200)), SHORT);
                } else {
                    engine.write(record(i, 0, "v".repeat(200)));
                }
            }
            engine.flush();
            engine.compact();
            passShort();
            checkNothingIsWritten(engine);
            assertThat(engine.stats().tables().records()).isEqualTo(RECORDS);
        }
    }

    /** What a snapshot sees is not rewritten again and again for its sake, but once it is closed. */
    @Test
    void expired_whileASnapshotSeesIt_waitsForItsEnd() {
        try (Engine engine = Engine.open(config().build())) {
            List<FlowRecord> kept = fill(engine, 10);
            engine.compact();
            try (Snapshot snapshot = engine.snapshot()) {
                passShort();
                checkNothingIsWritten(engine);
                try (RecordScan seen = snapshot.scan(Query.all())) {
                    assertThat(seen.stream().count()).isEqualTo(RECORDS);
                }
            }
            awaitRecords(engine, kept.size());
            assertThat(engine.query(Query.all())).isEqualTo(kept);
        }
    }

    /**
     * A table with one record beside the delete was due for a merge only when there was as much new data as a quarter
     * of what it had deleted.
     */
    @Test
    void deletedRange_besideAPut_isReclaimed() {
        try (Engine engine = Engine.open(config().build())) {
            fill(engine, 1);
            engine.compact();
            engine.write(new WriteBatch().deleteRange(bytes("a"), bytes("z")).put(FlowRecord.of("zz", 0, "v")));
            engine.flush();
            awaitRecords(engine, 1);
            assertThat(engine.query(Query.all())).containsExactly(FlowRecord.of("zz", 0, "v"));
            checkNothingIsWritten(engine);
        }
    }

    /**
     * A delete takes few bytes of a memtable, so it was not flushed until something else was, and everything it had
     * deleted stayed.
     */
    @Test
    void deletedRange_aloneInMemory_isFlushedAndReclaimed() {
        try (Engine engine =
                Engine.open(config().flushInterval(Duration.ofMillis(10)).build())) {
            fill(engine, 1);
            engine.compact();
            engine.deleteRange("a", "z");
            await().until(() -> engine.stats().tables().count() == 0);
            assertThat(engine.query(Query.all())).isEmpty();
            assertThat(engine.stats().memtables().records()).isZero();
            checkNothingIsWritten(engine);
        }
    }

    @Test
    void deletedRange_ofLittle_isNeitherFlushedNorMerged() {
        try (Engine engine =
                Engine.open(config().flushInterval(Duration.ofMillis(10)).build())) {
            fill(engine, 1);
            engine.compact();
            engine.deleteRange("key0010", "key0030");
            checkNothingIsWritten(engine);
            engine.write(FlowRecord.of("zz", 0, "v"));
            engine.flush();
            checkNothingIsWritten(engine);
            assertThat(engine.query(Query.all())).hasSize(RECORDS - 20 + 1);
        }
    }

    /** A range that is deleted again while a snapshot keeps what was in it: no flush or merge could drop anything. */
    @Test
    void deletedRange_againWhileASnapshotSeesIt_isNotWrittenAgain() {
        try (Engine engine =
                Engine.open(config().flushInterval(Duration.ofMillis(10)).build())) {
            fill(engine, 1);
            engine.compact();
            try (Snapshot snapshot = engine.snapshot()) {
                engine.deleteRange("a", "z");
                await().until(() -> engine.stats().memtables().records() == 0);
                await().until(() -> engine.stats().compactions().count() == 2);
                engine.deleteRange("a", "z");
                checkNothingIsWritten(engine);
                assertThat(snapshot.get(bytes("key0001"), 0)).isPresent();
                assertThat(engine.query(Query.all())).isEmpty();
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
