package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.FlowDbTemplate;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import tools.jackson.databind.json.JsonMapper;

/**
 * Windows by keyset over properties of all types: the rows come as by one query, each once. Durations, years and ids of
 * several parts could not be continued at all, and rows were left out where a property holds values of several kinds,
 * as a double does with NaN.
 */
class WindowTypesTest {

    record Key(String country, int number) {}

    @ObjectStore
    record Row(
            @Id Key id,
            @Nullable Duration length,
            @Nullable Year year,
            @Nullable LocalDate day,
            @Nullable Instant instant,
            @Nullable OffsetDateTime offset,
            @Nullable Date date,
            @Nullable BigDecimal decimal,
            @Nullable Double fraction,
            @Nullable Float small,
            @Nullable Character letter,
            @Nullable Boolean truth,
            @Nullable Object any,
            @Nullable List<String> tags) {}

    private static final Object[] ANY = {1, "x", true, 2.5, List.of(1), "a", false, List.of(0, "z"), 1L << 60};
    private static final double[] FRACTIONS = {
        0.1, -0.0, 0, 1e300, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1L << 53, -7.25
    };

    private static Row row(Random random, int number) {
        int n = random.nextInt(5);
        boolean none = random.nextInt(6) == 0;
        return new Row(
                new Key("c" + random.nextInt(3), number),
                none ? null : Duration.ofSeconds(n - 2, n),
                random.nextInt(6) == 0 ? null : Year.of(1998 + n),
                none ? null : LocalDate.of(2000, 1, 1 + n),
                random.nextInt(6) == 0 ? null : Instant.ofEpochSecond(-2 + n, n),
                none ? null : OffsetDateTime.of(2000, 1, 1, 0, n, 0, 0, ZoneOffset.ofHours(random.nextInt(2))),
                none ? null : new Date(n),
                none ? null : new BigDecimal(n).movePointLeft(1),
                random.nextInt(6) == 0 ? null : FRACTIONS[random.nextInt(FRACTIONS.length)],
                none ? null : n / 10f,
                none ? null : (char) ('a' + n),
                none ? null : n % 2 == 0,
                random.nextInt(6) == 0 ? null : ANY[random.nextInt(ANY.length)],
                none ? null : List.of("t" + n));
    }

    @Test
    void windows_sortedByEachType_areWhole() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("windows_sortedByEachType_areWhole seed " + seed);
        Random random = new Random(seed);
        try (TestDatabase database = TestDatabase.with(Row.class)) {
            FlowDbTemplate template = database.template();
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                rows.add(row(random, i));
            }
            template.insertAll(rows);
            for (String property : List.of(
                    "id",
                    "id.number",
                    "id.country",
                    "length",
                    "year",
                    "day",
                    "instant",
                    "offset",
                    "date",
                    "decimal",
                    "fraction",
                    "small",
                    "letter",
                    "truth",
                    "any",
                    "tags")) {
                for (Sort.Direction direction : Sort.Direction.values()) {
                    for (Sort.NullHandling nulls : Sort.NullHandling.values()) {
                        Sort sort = Sort.by(new Sort.Order(direction, property, nulls));
                        check(template, sort, seed);
                    }
                }
            }
            check(template, Sort.by("truth", "fraction").descending().and(Sort.by("length")), seed);
        }
    }

    private static void check(FlowDbTemplate template, Sort sort, long seed) {
        List<Key> wanted = template.query(Row.class).sort(sort.and(Sort.by("id"))).all().stream()
                .map(Row::id)
                .toList();
        assertThat(walk(template, sort, ScrollPosition.keyset()))
                .as("seed %d, forward by %s", seed, sort)
                .isEqualTo(wanted);
        assertThat(walk(template, sort, ScrollPosition.keyset().backward()))
                .as("seed %d, backward by %s", seed, sort)
                .isEqualTo(wanted);
    }

    private static List<Key> walk(FlowDbTemplate template, Sort sort, KeysetScrollPosition start) {
        List<Key> seen = new ArrayList<>();
        KeysetScrollPosition position = start;
        for (int windows = 0; windows < 100; windows++) {
            Window<Row> window = template.query(Row.class).sort(sort).limit(7).scroll(position);
            List<Key> ids = window.getContent().stream().map(Row::id).toList();
            seen.addAll(position.scrollsForward() ? seen.size() : 0, ids);
            if (!window.hasNext()) {
                return seen;
            }
            int last = position.scrollsForward() ? window.size() - 1 : 0;
            position = sent((KeysetScrollPosition) window.positionAt(last));
        }
        throw new AssertionError("windows without end by " + sort);
    }

    /** What a client gives back that got it as JSON. */
    @SuppressWarnings("unchecked")
    private static KeysetScrollPosition sent(KeysetScrollPosition position) {
        JsonMapper mapper = new JsonMapper();
        Map<String, Object> keys = mapper.readValue(mapper.writeValueAsString(position.getKeys()), LinkedHashMap.class);
        return ScrollPosition.of(keys, position.getDirection());
    }
}
