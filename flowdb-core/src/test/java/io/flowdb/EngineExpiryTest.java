package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.RecordNotFoundException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Time to live, patches and the dropping of what has expired: the acceptance cases T-17, T-18 and T-41. */
class EngineExpiryTest {
    private static final long START = EngineScenario.START;
    private static final long SECOND = 1_000_000;

    private static FlowRecord record(String key, long ts, String value, long expireAt) {
        return FlowRecord.of(key, ts, value).withExpireAt(expireAt);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Engine openInMemory(AtomicLong clock) {
        return Engine.open(Config.builder()
                .inMemory(true)
                .autoBackground(false)
                .clockMicros(clock::get)
                .build());
    }

    /** The clock was asked when the walk met the first record that expires: a walk saw less than a snapshot. */
    @Test
    void scan_clockGoesOnAfterItsOpening_seesWhatWasAliveThen() {
        AtomicLong now = new AtomicLong(START);
        try (Engine engine = openInMemory(now)) {
            for (int place = 0; place < 2; place++) { // in a memtable, then in a table
                engine.write(record("key", 0, "v", now.get() + 5));
                if (place == 1) {
                    engine.flush();
                }
                try (RecordScan scan = engine.scan(Query.all());
                        RecordCursor cursor = engine.cursor(Query.all())) {
                    now.addAndGet(10);
                    assertThat(scan.hasNext()).isTrue();
                    assertThat(cursor.next()).isTrue();
                    assertThat(engine.query(Query.all())).isEmpty();
                }
            }
        }
    }

    /** T-17: explicit expiry, then that of the call, then the default; counted from the write, not from ts. */
    @Test
    void expiry_explicitOverCallOverDefault() {
        FlowRecord explicit = record("explicit", 7, "v", START + 5);
        new EngineScenario()
                .defaultTtl(Duration.ofSeconds(9))
                .step(e -> e.write(explicit, Duration.ofSeconds(3)))
                .step(e -> e.write(FlowRecord.of("call", 7, "v"), Duration.ofSeconds(3)))
                .step(e -> e.writeBatch(List.of(FlowRecord.of("batch", 7, "v")), Duration.ofSeconds(4)))
                .put("default", 7, "v")
                .step(e -> e.write(new WriteBatch().put(FlowRecord.of("inBatch", 7, "v"))))
                .leaves(
                        explicit,
                        record("call", 7, "v", START + 3 * SECOND),
                        record("batch", 7, "v", START + 4 * SECOND),
                        record("default", 7, "v", START + 9 * SECOND),
                        record("inBatch", 7, "v", START + 9 * SECOND));
    }

    /** T-17: alive exactly while expireAt is above now. */
    @Test
    void expiry_atNow_isExpired() {
        new EngineScenario()
                .step(e -> e.write(record("past", 1, "v", START - 1)))
                .step(e -> e.write(record("now", 1, "v", START)))
                .step(e -> e.write(record("next", 1, "v", START + 1)))
                .step(e -> e.write(record("later", 1, "v", START + 10)))
                .passMicros(9)
                .lacks("past", 1)
                .lacks("now", 1)
                .lacks("next", 1)
                .leaves(record("later", 1, "v", START + 10));
    }

    /** T-17: an expired newest version hides the older ones of its (key, ts), but not other versions of the key. */
    @Test
    void expiry_ofNewerWrite_doesNotReviveTheOlder() {
        new EngineScenario()
                .put("k", 1, "for ever")
                .put("k", 0, "other version")
                .step(e -> e.write(record("k", 1, "short", START + 5)))
                .passMicros(5)
                .lacks("k", 1)
                .leaves(FlowRecord.of("k", 0, "other version"));
    }

    /** T-17: the latest version of a key is the latest alive one. */
    @Test
    void getLatest_highestVersionExpired_givesTheNext() {
        new EngineScenario()
                .put("k", 1, "alive")
                .step(e -> e.write(record("k", 2, "expired", START + 1)))
                .step(e -> e.write(record("k", 3, "expired", START + 1)))
                .passMicros(1)
                .lacks("k", 2)
                .lacks("k", 3)
                .leaves(FlowRecord.of("k", 1, "alive"));
    }

    /** A clock that goes back neither revives what compaction removed nor loses what is alive. */
    @Test
    void expiry_clockJumpsBack_losesNothingThatIsAlive() {
        new EngineScenario()
                .step(e -> e.write(record("k", 1, "v", START + 100)))
                .put("m", 1, "w")
                .passMicros(50)
                .passMicros(-40)
                .leaves(record("k", 1, "v", START + 100), FlowRecord.of("m", 1, "w"));
    }

    /** A time to live below a microsecond was cut to none: the record was dead at once. */
    @Test
    void expiry_ttlBelowAMicrosecond_isOne() {
        Duration least = Duration.ofNanos(1);
        new EngineScenario()
                .defaultTtl(Duration.ofNanos(999))
                .step(e -> e.write(FlowRecord.of("call", 1, "v"), least))
                .put("default", 1, "v")
                .step(e -> e.write(new WriteBatch().put(FlowRecord.of("inBatch", 1, "v"))))
                .put("patched", 1, "v")
                .step(e -> e.patch("patched", 1, Patch.ttl(least)))
                .leaves(
                        record("call", 1, "v", START + 1),
                        record("default", 1, "v", START + 1),
                        record("inBatch", 1, "v", START + 1),
                        record("patched", 1, "v", START + 1));
    }

    /** A clock that once gave the last moment of all: flush, compaction and gc dropped what never expires. */
    @Test
    void expiry_clockGivesTheLastMoment_keepsWhatNeverExpires() {
        AtomicLong now = new AtomicLong(START);
        try (Engine engine = openInMemory(now)) {
            engine.write(FlowRecord.of("table", 1, "v"));
            engine.write(record("ttl", 1, "v", START + SECOND));
            engine.flush();
            engine.write(FlowRecord.of("memtable", 1, "v"));
            now.set(Long.MAX_VALUE);
            assertThat(engine.gc()).isZero();
            engine.flush();
            engine.compact();
            now.set(START);
            engine.write(record("later", 1, "v", START + SECOND));
            engine.flush();
            assertThat(engine.query(Query.all()))
                    .extracting(FlowRecord::keyText)
                    .containsExactly("later", "memtable", "table");
            try (Snapshot snapshot = engine.snapshot()) {
                assertThat(snapshot.get("later", 1)).isPresent();
            }
        }
    }

    /** A time to live beyond the range of time is none. */
    @Test
    void expiry_hugeTtl_neverExpires() {
        new EngineScenario()
                .step(e -> e.write(FlowRecord.of("k", 1, "v"), Duration.ofSeconds(Long.MAX_VALUE)))
                .leaves(FlowRecord.of("k", 1, "v"));
    }

    /** T-18. */
    @Test
    void patch_valueTtlOrBoth_changesExactlyThat() {
        new EngineScenario()
                .step(e -> e.write(record("value", 1, "v", START + SECOND)))
                .put("ttl", 1, "v")
                .put("both", 1, "v")
                .put("both", 2, "untouched")
                .step(e -> assertThat(e.patch(bytes("value"), 1, Patch.value(bytes("new"))))
                        .isEqualTo(record("value", 1, "new", START + SECOND)))
                .step(e -> assertThat(e.patch(bytes("ttl"), 1, Patch.ttl(Duration.ofSeconds(2))))
                        .isEqualTo(record("ttl", 1, "v", START + 2 * SECOND)))
                .step(e -> assertThat(e.patch(
                                bytes("both"), 1, Patch.value(bytes("new")).withTtl(Duration.ofSeconds(3))))
                        .isEqualTo(record("both", 1, "new", START + 3 * SECOND)))
                .leaves(
                        record("value", 1, "new", START + SECOND),
                        record("ttl", 1, "v", START + 2 * SECOND),
                        record("both", 1, "new", START + 3 * SECOND),
                        FlowRecord.of("both", 2, "untouched"));
    }

    /**
     * T-18: what is returned is what is stored, with a default time to live too: a patch of a value keeps the expiry.
     */
    @Test
    void patch_withDefaultTtl_returnsWhatIsStored() {
        new EngineScenario()
                .defaultTtl(Duration.ofSeconds(9))
                .put("k", 1, "v")
                .passMicros(SECOND)
                .step(e -> {
                    FlowRecord returned = e.patch(bytes("k"), 1, Patch.value(bytes("w")));
                    assertThat(e.get("k", 1)).contains(returned);
                })
                .leaves(record("k", 1, "w", START + 9 * SECOND));
    }

    /** T-18: an expired version is a missing one. */
    @Test
    void patch_expiredVersion_isTypedError() {
        new EngineScenario()
                .step(e -> e.write(record("k", 1, "v", START + 1)))
                .passMicros(1)
                .step(e -> assertThatThrownBy(() -> e.patch(bytes("k"), 1, Patch.ttl(Duration.ofDays(1))))
                        .isInstanceOf(RecordNotFoundException.class))
                .lacks("k", 1)
                .leaves();
    }

    private static Engine open(AtomicLong clock) {
        return Engine.open(Config.builder()
                .dataDir(Path.of("memory"))
                .inMemory(true)
                .autoBackground(false)
                .clockMicros(clock::get)
                .build());
    }

    /** T-41: a table that has expired as a whole is dropped and its records are counted; a mixed one stays. */
    @Test
    void gc_expiredAndMixedTables_dropsTheExpiredOnes() {
        AtomicLong clock = new AtomicLong(START);
        try (Engine engine = open(clock)) {
            for (int i = 0; i < 10; i++) {
                engine.write(record("short" + i, 0, "v", START + SECOND));
            }
            engine.flush();
            engine.write(record("mixed1", 0, "v", START + SECOND));
            engine.write(FlowRecord.of("mixed2", 0, "v"));
            engine.flush();
            assertThat(engine.gc()).isZero();
            assertThat(engine.stats().tables().count()).isEqualTo(2);
            clock.addAndGet(SECOND);
            assertThat(engine.gc()).isEqualTo(10);
            assertThat(engine.stats().tables().count()).isEqualTo(1);
            assertThat(engine.stats().recordsPurged()).isEqualTo(10);
            assertThat(engine.gc()).isZero();
            assertThat(engine.query(Query.all())).containsExactly(FlowRecord.of("mixed2", 0, "v"));
        }
    }

    /**
     * T-41. Tables of the same keys that had all expired went one a call, the oldest first: each newer one was kept for
     * the sake of those below it, which were dropped in the same call.
     */
    @Test
    void gc_expiredTablesOfTheSameKeys_dropsAllOfThem() {
        AtomicLong clock = new AtomicLong(START);
        try (Engine engine = open(clock)) {
            for (int table = 0; table < 3; table++) {
                for (int i = 0; i < 10; i++) {
                    engine.write(record("short" + i, table / 2, "v" + table, START + SECOND));
                }
                engine.flush();
            }
            clock.addAndGet(SECOND);

            assertThat(engine.gc()).isEqualTo(30);

            assertThat(engine.stats().tables().count()).isZero();
            assertThat(engine.query(Query.all())).isEmpty();
        }
    }

    /** An expired table that hides what lives longer below it stays, and so do expired ones above it. */
    @Test
    void gc_expiredTablesAboveALivingOne_keepHidingIt() {
        AtomicLong clock = new AtomicLong(START);
        try (Engine engine = open(clock)) {
            engine.write(record("a", 0, "long", START + 10 * SECOND));
            engine.write(record("m", 0, "long", START + 10 * SECOND));
            engine.flush();
            for (int table = 0; table < 2; table++) {
                engine.write(record("a", 0, "short" + table, START + SECOND));
                engine.write(record("m", 0, "short" + table, START + SECOND));
                engine.flush();
            }
            clock.addAndGet(SECOND);

            assertThat(engine.gc()).isZero();
            assertThat(engine.query(Query.all())).isEmpty();
            clock.addAndGet(9 * SECOND);
            assertThat(engine.gc()).isEqualTo(6);
            assertThat(engine.query(Query.all())).isEmpty();
        }
    }

    /** T-41: compaction drops expired records of a mixed table. */
    @Test
    void compact_mixedTables_dropsExpiredRecords() {
        AtomicLong clock = new AtomicLong(START);
        try (Engine engine = open(clock)) {
            for (int table = 0; table < 2; table++) {
                for (int i = 0; i < 10; i++) {
                    engine.write(record("short" + i, table, "v", START + SECOND));
                }
                engine.write(FlowRecord.of("kept", table, "v"));
                engine.flush();
            }
            clock.addAndGet(SECOND);
            assertThat(engine.compact()).isTrue();
            assertThat(engine.stats().tables().records()).isEqualTo(2);
            assertThat(engine.query(Query.all()))
                    .containsExactly(FlowRecord.of("kept", 0, "v"), FlowRecord.of("kept", 1, "v"));
        }
    }

    /**
     * A snapshot goes on showing what had not expired when it was taken, whatever gc and compaction remove meanwhile.
     */
    @Test
    void snapshot_recordsExpireMeanwhile_keepsShowingThem() {
        AtomicLong clock = new AtomicLong(START);
        try (Engine engine = open(clock)) {
            FlowRecord brief = record("k", 0, "v", START + SECOND);
            engine.write(brief);
            engine.flush();
            try (Snapshot snapshot = engine.snapshot()) {
                clock.addAndGet(2 * SECOND);
                engine.gc();
                engine.compact();
                assertThat(snapshot.get(brief.key(), 0)).contains(brief);
                assertThat(snapshot.getLatest(brief.key())).contains(brief);
                new ReadForms(List.of(brief), List.of()).check(snapshot, "after expiry");
                new ReadForms(List.of(), List.of(brief)).check(engine, "after expiry");
            }
            assertThat(engine.gc()).isEqualTo(1);
        }
    }
}
