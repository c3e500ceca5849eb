package io.flowdb.data.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The texts of dates and times lose nothing and are ordered as the values are. */
class SortableTimeTest {

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void instant_known_hasFixedForm() {
        assertThat(SortableTime.instant(Instant.parse("2026-11-22T16:42:01.5Z")))
                .isEqualTo("2026-11-22T16:42:01.500000000Z");
        assertThat(SortableTime.parseInstant("2026-11-22T16:42:01.5Z")).isEqualTo("2026-11-22T16:42:01.5Z");
        assertThat(SortableTime.instant(Instant.MAX)).isEqualTo("Y1000000000-12-31T23:59:59.999999999Z");
    }

    @Test
    void date_farYears_haveFixedForm() {
        assertThat(SortableTime.date(LocalDate.of(7, 1, 2))).isEqualTo("0007-01-02");
        assertThat(SortableTime.date(LocalDate.of(10000, 1, 2))).isEqualTo("Y0000010000-01-02");
        assertThat(SortableTime.date(LocalDate.of(-1, 1, 2))).isEqualTo("-9999999999-01-02");
    }

    /** A year of ten digits was taken for the sortable form, and what did not fit in an int for another year. */
    @Test
    void years_ofTenDigits_areReadAsIsoOrRefused() {
        assertThat(SortableTime.parseInstant(Instant.MIN.toString())).isEqualTo(Instant.MIN);
        assertThat(SortableTime.parseInstant(Instant.MAX.toString())).isEqualTo(Instant.MAX);
        for (String bad :
                List.of("Y9999999999-01-01T00:00:00Z", "-8999999999-01-01T00:00:00Z", "-2147483648-01-01T00:00:00Z")) {
            assertThatThrownBy(() -> SortableTime.parseInstant(bad)).as(bad).isInstanceOf(DateTimeException.class);
        }
    }

    @Test
    void instant_any_keepsValueAndOrder() {
        List<Instant> values = new ArrayList<>(List.of(Instant.MIN, Instant.EPOCH, Instant.MAX));
        for (int i = 0; i < 2000; i++) {
            long range = i % 2 == 0 ? 400_000_000_000L : 40_000_000_000_000_000L;
            values.add(Instant.ofEpochSecond(random.nextLong(-range / 2, range / 2), random.nextInt(1_000_000_000)));
        }
        check(values, SortableTime::instant, SortableTime::parseInstant);
    }

    @Test
    void localForms_any_keepValueAndOrder() {
        List<LocalDateTime> values = new ArrayList<>(List.of(LocalDateTime.MIN, LocalDateTime.MAX));
        for (int i = 0; i < 2000; i++) {
            values.add(LocalDateTime.of(date(i), time(i)));
        }
        check(values, SortableTime::dateTime, SortableTime::parseDateTime);
        check(values.stream().map(LocalDateTime::toLocalDate).toList(), SortableTime::date, SortableTime::parseDate);
        check(values.stream().map(YearMonth::from).toList(), SortableTime::yearMonth, SortableTime::parseYearMonth);
    }

    @Test
    void zonedForms_any_keepValueAndOrder() {
        List<ZonedDateTime> values = new ArrayList<>();
        List<String> zones = List.of("Europe/Paris", "America/New_York", "Asia/Kolkata", "+05:30", "Z", "UTC");
        for (int i = 0; i < 2000; i++) {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            values.add(Instant.ofEpochSecond(random.nextLong(0, i % 3 == 0 ? 100 : 4_000_000_000L))
                    .atZone(zone));
        }
        check(values, SortableTime::zonedDateTime, SortableTime::parseZonedDateTime);
        check(
                values.stream().map(ZonedDateTime::toOffsetDateTime).toList(),
                SortableTime::offsetDateTime,
                SortableTime::parseOffsetDateTime);
    }

    @Test
    void offsetForms_overlapAndExtremes_keepValue() {
        ZonedDateTime overlap = ZonedDateTime.ofLocal(
                LocalDateTime.of(2026, 10, 25, 2, 30), ZoneId.of("Europe/Paris"), ZoneOffset.ofHours(1));
        assertThat(SortableTime.parseZonedDateTime(SortableTime.zonedDateTime(overlap)))
                .isEqualTo(overlap);
        for (OffsetDateTime extreme : List.of(
                OffsetDateTime.of(LocalDateTime.of(Year.MAX_VALUE, 1, 1, 0, 0), ZoneOffset.MAX),
                OffsetDateTime.of(LocalDateTime.of(Year.MIN_VALUE, 12, 31, 0, 0), ZoneOffset.MIN))) {
            assertThat(SortableTime.parseOffsetDateTime(SortableTime.offsetDateTime(extreme)))
                    .isEqualTo(extreme);
        }
        assertThat(SortableTime.parseOffsetDateTime("2026-11-22T17:42:01+01:00"))
                .isEqualTo("2026-11-22T17:42:01+01:00");
    }

    private <T extends Comparable<? super T>> void check(
            List<T> values, Function<T, String> write, Function<String, T> read) {
        T previous = null;
        for (T value : values) {
            String text = write.apply(value);
            assertThat(read.apply(text)).as("seed %s, text %s", seed, text).isEqualTo(value);
            if (previous != null) {
                assertThat(Integer.signum(text.compareTo(write.apply(previous))))
                        .as("seed %s, order of %s and %s", seed, value, previous)
                        .isEqualTo(Integer.signum(value.compareTo(previous)));
            }
            previous = value;
        }
    }

    private LocalDate date(int i) {
        int years = i % 3 == 0 ? Year.MAX_VALUE : 3000;
        return LocalDate.of(random.nextInt(-years, years), 1 + random.nextInt(12), 1 + random.nextInt(28));
    }

    private LocalTime time(int i) {
        LocalTime time = LocalTime.of(random.nextInt(24), random.nextInt(60));
        return i % 2 == 0 ? time : time.withSecond(random.nextInt(60)).withNano(random.nextInt(1000) * 1000);
    }
}
