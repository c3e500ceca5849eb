package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries over a range of time, with tables in many buckets. */
class TimeBucketTest {
    private static final long HOUR = 3_600_000_000L;

    private static Engine open(Duration bucket) {
        return Engine.open(Config.builder()
                .inMemory(true)
                .autoBackground(false)
                .timeBucket(bucket)
                .build());
    }

    @Test
    void query_ofOneHour_readsTheTablesOfThatHour() {
        try (Engine engine = open(Duration.ofHours(1))) {
            for (int hour = -5; hour < 5; hour++) {
                engine.write(FlowRecord.of("sensor", hour * HOUR, "at " + hour));
                engine.flush();
            }
            assertThat(engine.stats().tables().count()).isEqualTo(10);
            assertThat(engine.stats().tables().timeBuckets()).isEqualTo(10);
            long before = engine.stats().cache().misses();
            assertThat(engine.query(Query.timeRange(-HOUR, -1)))
                    .extracting(FlowRecord::valueText)
                    .containsExactly("at -1");
            assertThat(engine.stats().cache().misses()).isEqualTo(before + 1);
        }
    }

    /**
     * A range tombstone has no time of its own: it hides what it covers though its table has nothing of the wanted
     * time.
     */
    @Test
    void rangeTombstone_inATableOfAnotherTime_hides() {
        try (Engine engine = open(Duration.ofHours(1))) {
            engine.write(FlowRecord.of("a", 0, "old"));
            engine.flush();
            engine.write(new WriteBatch()
                    .put(FlowRecord.of("z", 100 * HOUR, "new"))
                    .deleteRange(new byte[] {'a'}, new byte[] {'b'}));
            engine.flush();
            assertThat(engine.query(Query.timeRange(0, 0))).isEmpty();
            assertThat(engine.query(Query.timeRange(100 * HOUR, 100 * HOUR))).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0.000000001S", "PT1S", "PT1H", "PT2562047788015215H"})
    void query_withAnyWidth_honoursItsBounds(String width) {
        try (Engine engine = open(Duration.parse(width))) {
            List<Long> times =
                    List.of(Long.MIN_VALUE, Long.MIN_VALUE + 1, -1L, 0L, 1L, Long.MAX_VALUE - 1, Long.MAX_VALUE);
            for (long ts : times) {
                engine.write(FlowRecord.of("k", ts, "v"));
                engine.flush();
            }
            for (long min : times) {
                for (long max : times) {
                    assertThat(engine.query(Query.timeRange(min, max)))
                            .extracting(FlowRecord::ts)
                            .containsExactlyElementsOf(times.stream()
                                    .filter(ts -> ts >= min && ts <= max)
                                    .toList());
                }
            }
        }
    }
}
