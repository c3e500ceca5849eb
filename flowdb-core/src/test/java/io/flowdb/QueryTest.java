package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Bounds of a query at the ends of their ranges, set in any order and more than once. */
class QueryTest {
    private static final long[] TIMES = {
        Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, 1, Long.MAX_VALUE - 1, Long.MAX_VALUE
    };

    /** One bound: how it is set, and which times it lets through. */
    private record Bound(String name, UnaryOperator<Query> setter, LongPredicate lets) {}

    private static List<Bound> lower() {
        List<Bound> bounds = new ArrayList<>();
        bounds.add(new Bound("", q -> q, ts -> true));
        for (long t : TIMES) {
            bounds.add(new Bound(t + " <= ts", q -> q.fromTs(t, true), ts -> ts >= t));
            bounds.add(new Bound(t + " < ts", q -> q.fromTs(t, false), ts -> ts > t));
        }
        return bounds;
    }

    private static List<Bound> upper() {
        List<Bound> bounds = new ArrayList<>();
        bounds.add(new Bound("", q -> q, ts -> true));
        for (long t : TIMES) {
            bounds.add(new Bound("ts <= " + t, q -> q.toTs(t, true), ts -> ts <= t));
            bounds.add(new Bound("ts < " + t, q -> q.toTs(t, false), ts -> ts < t));
        }
        return bounds;
    }

    private static Engine engineWithAllTimes() {
        Engine engine = Engine.open(Config.builder()
                .dataDir(Path.of("memory"))
                .inMemory(true)
                .autoBackground(false)
                .build());
        for (long t : TIMES) {
            engine.write(FlowRecord.of("key", t, "v"));
        }
        engine.flush();
        return engine;
    }

    private static List<Long> timesOf(Engine engine, Query query) {
        return engine.query(query).stream().map(FlowRecord::ts).toList();
    }

    /**
     * T-14. A lower bound above {@code Long.MAX_VALUE} was kept as an empty range, which the upper bound set after it
     * opened again: {@code fromTs(MAX, false).toTs(MAX, true)} gave the record at that time.
     */
    @Test
    void timeBounds_everyPairInBothOrders_letThroughWhatBothDo() {
        try (Engine engine = engineWithAllTimes()) {
            for (Bound low : lower()) {
                for (Bound high : upper()) {
                    List<Long> expected = new ArrayList<>();
                    for (long t : TIMES) {
                        if (low.lets.test(t) && high.lets.test(t)) {
                            expected.add(t);
                        }
                    }
                    Query lowFirst = high.setter.apply(low.setter.apply(Query.all()));
                    Query highFirst = low.setter.apply(high.setter.apply(Query.all()));
                    assertThat(timesOf(engine, lowFirst))
                            .as("%s, then %s", low.name, high.name)
                            .isEqualTo(expected);
                    assertThat(timesOf(engine, highFirst))
                            .as("%s, then %s", high.name, low.name)
                            .isEqualTo(expected);
                    assertThat(timesOf(engine, lowFirst.reverse())).hasSameSizeAs(expected);
                }
            }
        }
    }

    /** A bound that lets nothing through stayed for ever, whatever was set in its place. */
    @Test
    void timeBounds_setAgain_replaceTheEarlierOnes() {
        try (Engine engine = engineWithAllTimes()) {
            for (List<Bound> bounds : List.of(lower(), upper())) {
                for (Bound first : bounds) {
                    for (Bound second : bounds.subList(1, bounds.size())) {
                        Query once = second.setter.apply(Query.all());
                        Query twice = second.setter.apply(first.setter.apply(Query.all()));
                        assertThat(timesOf(engine, twice))
                                .as("%s, then %s", first.name, second.name)
                                .isEqualTo(timesOf(engine, once));
                    }
                }
            }
        }
    }

    @Test
    void queries_thatAskForTheSame_areEqual() {
        List<Supplier<Query>> makers = List.of(
                Query::all,
                () -> Query.prefix("a"),
                () -> Query.key("a"),
                () -> Query.all().fromKey("a", false),
                () -> Query.all().toKey("a", false),
                () -> Query.timeRange(1, 2),
                () -> Query.all().reverse(),
                () -> Query.all().limit(1),
                () -> Query.all().options(new ReadOptions(false, true)));
        assertThat(makers).extracting(Supplier::get).doesNotHaveDuplicates();
        for (Supplier<Query> maker : makers) {
            assertThat(maker.get()).isEqualTo(maker.get()).hasSameHashCodeAs(maker.get());
        }
        assertThat(Query.all().fromTs(0, false)).isEqualTo(Query.all().fromTs(1, true));
    }

    /** The arrays inside were given out, and a change of them changed the query. */
    @Test
    void keys_thatAreChangedByTheCaller_stayAsTheyWere() {
        byte[] key = {1, 2};
        Query query = Query.all().fromKey(key, true).toKey(key, false);
        key[0] = 9;
        query.startKey()[0] = 9;
        query.endKey()[0] = 9;
        assertThat(query.startKey()).containsExactly(1, 2);
        assertThat(query.endKey()).containsExactly(1, 2);
    }

    @Test
    void patches_ofTheSame_areEqual() {
        Patch patch = Patch.value(new byte[] {1}).withTtl(Duration.ofSeconds(1));
        assertThat(patch)
                .isEqualTo(new Patch(new byte[] {1}, Duration.ofSeconds(1)))
                .hasSameHashCodeAs(new Patch(new byte[] {1}, Duration.ofSeconds(1)))
                .isNotEqualTo(Patch.value(new byte[] {1}))
                .isNotEqualTo(Patch.value(new byte[] {2}).withTtl(Duration.ofSeconds(1)))
                .hasToString("Patch[value=1 bytes, ttl=PT1S]");
        assertThat(Patch.ttl(Duration.ofSeconds(1))).hasToString("Patch[value=, ttl=PT1S]");
    }
}
