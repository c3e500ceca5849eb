package io.flowdb.data.model;

import io.flowdb.data.model.Specimen.Kind;
import io.flowdb.data.model.Specimen.Place;
import io.flowdb.data.model.Specimen.Spot;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * A property a query can ask for, of the entity or of a value in it.
 *
 * @param path dotted
 * @param type of one value, for a collection of an element
 * @param several whether it is a collection
 * @param get its value
 * @param values what stored values and arguments are taken from, so that they meet
 */
record Property(String path, Class<?> type, boolean several, Function<Specimen, @Nullable Object> get, List<?> values) {

    static final List<String> TEXTS = List.of(
            "", "a", "A", "ab", "Ab", "a%b", "a_b", "a\\b", "äÖ", "ÄÖ", "x\ny", "Zebra", "ß", "ss", "\uD83D\uDE00");
    private static final List<LocalDate> DAYS =
            List.of(LocalDate.of(-3, 1, 1), LocalDate.of(1999, 12, 31), LocalDate.of(2026, 1, 1), LocalDate.MAX);
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    static final List<Property> ALL = List.of(
            new Property("id", Long.class, false, Specimen::id, List.of(-3L, 0L, 7L, 30L, 31L, 200L)),
            new Property("name", String.class, false, Specimen::name, TEXTS),
            new Property("rank", Integer.class, false, Specimen::rank, List.of(-1, 0, 1, 2, Integer.MAX_VALUE)),
            new Property(
                    "size",
                    Long.class,
                    false,
                    Specimen::size,
                    List.of(Long.MIN_VALUE, -1L, 0L, 1L << 53, (1L << 53) + 1)),
            new Property(
                    "ratio",
                    Double.class,
                    false,
                    Specimen::ratio,
                    List.of(-0.0, 0.0, 0.1, 1e300, -1.5, Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY)),
            new Property(
                    "price",
                    BigDecimal.class,
                    false,
                    Specimen::price,
                    List.of(
                            new BigDecimal("1.0"),
                            new BigDecimal("1.00"),
                            new BigDecimal("-1e30"),
                            new BigDecimal("12345678901234567890.123456789"),
                            BigDecimal.ZERO)),
            new Property("open", Boolean.class, false, Specimen::open, List.of(true, false)),
            new Property("active", Boolean.class, false, Specimen::active, List.of(true, false)),
            new Property("kind", Kind.class, false, Specimen::kind, Arrays.asList(Kind.values())),
            new Property("day", LocalDate.class, false, Specimen::day, DAYS),
            new Property(
                    "at",
                    Instant.class,
                    false,
                    Specimen::at,
                    List.of(NOON, NOON.plusNanos(1), Instant.EPOCH, Instant.MIN)),
            new Property(
                    "moment",
                    LocalDateTime.class,
                    false,
                    Specimen::moment,
                    List.of(
                            LocalDateTime.of(2026, 1, 1, 10, 0),
                            LocalDateTime.of(2026, 1, 1, 10, 0, 1),
                            LocalDateTime.of(2026, 1, 1, 10, 0, 0, 5),
                            LocalDateTime.of(12026, 1, 1, 9, 59))),
            new Property(
                    "zoned",
                    OffsetDateTime.class,
                    false,
                    Specimen::zoned,
                    List.of(
                            NOON.atOffset(ZoneOffset.UTC),
                            NOON.atOffset(ZoneOffset.ofHours(5)),
                            NOON.minusSeconds(1).atOffset(ZoneOffset.ofHours(-5)))),
            new Property(
                    "span",
                    Duration.class,
                    false,
                    Specimen::span,
                    List.of(
                            Duration.ZERO,
                            Duration.ofNanos(-1),
                            Duration.ofDays(2),
                            Duration.ofSeconds(Long.MAX_VALUE))),
            new Property(
                    "uid", UUID.class, false, Specimen::uid, List.of(new UUID(1, 1), new UUID(-1, 1), new UUID(1, -1))),
            new Property("nick", String.class, false, s -> s.nick().orElse(null), TEXTS),
            new Property("tags", String.class, true, Specimen::tags, TEXTS),
            new Property("kinds", Kind.class, true, Specimen::kinds, Arrays.asList(Kind.values())),
            new Property("scores", Integer.class, true, Specimen::scores, List.of(0, 1, 2, 3)),
            new Property("place.city", String.class, false, ofPlace(Place::city), TEXTS),
            new Property("place.floor", Integer.class, false, ofPlace(Place::floor), List.of(-1, 0, 1)),
            new Property("place.spot.code", String.class, false, ofSpot(Spot::code), TEXTS),
            new Property("place.spot.since", LocalDate.class, false, ofSpot(Spot::since), DAYS));

    private static Function<Specimen, @Nullable Object> ofPlace(Function<Place, @Nullable Object> get) {
        return specimen -> specimen.place() == null ? null : get.apply(specimen.place());
    }

    private static Function<Specimen, @Nullable Object> ofSpot(Function<Spot, @Nullable Object> get) {
        return ofPlace(place -> place.spot() == null ? null : get.apply(place.spot()));
    }

    static Property named(String path) {
        return ALL.stream().filter(p -> p.path().equals(path)).findFirst().orElseThrow();
    }

    /** As it stands in the name of a method. */
    String nameInMethod() {
        StringBuilder name = new StringBuilder();
        for (String step : path.split("\\.")) {
            name.append(StringUtils.capitalize(step));
        }
        return name.toString();
    }

    @Nullable
    Object of(Specimen specimen) {
        return get.apply(specimen);
    }

    boolean isText() {
        return type == String.class;
    }

    /** For the source of a method. */
    String typeName() {
        return type.getName().replace('$', '.');
    }

    @Nullable
    Object value(Random random) {
        return random.nextInt(8) == 0 ? null : valueThatIs(random);
    }

    Object valueThatIs(Random random) {
        return values.get(random.nextInt(values.size()));
    }
}
