package io.flowdb.data.convert;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/**
 * Dates and times as text whose order is that of the values, without loss and without conversion of zones.
 *
 * <p>Forms, frozen from format 1:
 * <pre>
 * year         0 to 9999: four digits; above: Y and ten digits; below: - and the ten digits of 10^10 + year
 * LocalDate    year-MM-dd            YearMonth  year-MM
 * LocalTime    HH:mm[:ss[.fraction]] as LocalTime.toString
 * LocalDateTime  date T time         2026-11-22T16:42:01.5
 * Instant      UTC, always nine digits of fraction, Z: 2026-11-22T16:42:01.500000000Z
 * Offset- and ZonedDateTime   instant / local date and time, offset and zone:
 *              2026-11-22T16:42:01.000000000Z/2026-11-22T17:42:01+01:00[Europe/Paris]
 * </pre>
 * <p>Reading takes every ISO-8601 form beside. Threads: any. Errors: {@link java.time.DateTimeException}.
 */
final class SortableTime {

    private static final long YEAR_BASE = 10_000_000_000L;

    /** The greatest, and negative the least, of any type: that of {@link Instant}. */
    private static final long MAX_YEAR = 1_000_000_000;

    private static final int CYCLE_YEARS = 400;
    private static final long CYCLE_SECONDS = 146_097L * 86_400;
    private static final char SEPARATOR = '/';

    private SortableTime() {}

    static String date(LocalDate d) {
        return twoDigits(yearMonth(YearMonth.from(d)) + '-', d.getDayOfMonth());
    }

    static LocalDate parseDate(String s) {
        if (isPlain(s)) {
            return LocalDate.parse(s);
        }
        return LocalDate.of(parseYear(s), Integer.parseInt(s.substring(12, 14)), Integer.parseInt(s.substring(15, 17)));
    }

    static String yearMonth(YearMonth m) {
        return twoDigits(year(m.getYear()) + '-', m.getMonthValue());
    }

    static YearMonth parseYearMonth(String s) {
        return isPlain(s) ? YearMonth.parse(s) : YearMonth.of(parseYear(s), Integer.parseInt(s.substring(12, 14)));
    }

    static String dateTime(LocalDateTime t) {
        return date(t.toLocalDate()) + 'T' + t.toLocalTime();
    }

    static LocalDateTime parseDateTime(String s) {
        if (isPlain(s)) {
            return LocalDateTime.parse(s);
        }
        int t = s.indexOf('T');
        return LocalDateTime.of(parseDate(s.substring(0, t)), LocalTime.parse(s.substring(t + 1)));
    }

    /** Instants reach a year beyond what LocalDate holds, so the calendar is asked for a year of the same 400. */
    static String instant(Instant i) {
        long cycle = Math.floorDiv(i.getEpochSecond(), CYCLE_SECONDS);
        LocalDateTime t = LocalDateTime.ofEpochSecond(
                Math.floorMod(i.getEpochSecond(), CYCLE_SECONDS), i.getNano(), ZoneOffset.UTC);
        StringBuilder s = new StringBuilder(40).append(year((int) (t.getYear() + cycle * CYCLE_YEARS)));
        appendTwoDigits(s.append('-'), t.getMonthValue());
        appendTwoDigits(s.append('-'), t.getDayOfMonth());
        appendTwoDigits(s.append('T'), t.getHour());
        appendTwoDigits(s.append(':'), t.getMinute());
        appendTwoDigits(s.append(':'), t.getSecond());
        String nano = Integer.toString(t.getNano());
        return s.append('.')
                .append("0".repeat(9 - nano.length()))
                .append(nano)
                .append('Z')
                .toString();
    }

    static Instant parseInstant(String s) {
        if (isPlain(s)) {
            return Instant.parse(s);
        }
        int year = parseYear(s);
        int cycle = Math.floorDiv(year, CYCLE_YEARS);
        String rest = s.substring(11);
        Instant within = Instant.parse(year(CYCLE_YEARS * 5 + year - cycle * CYCLE_YEARS) + rest);
        return within.plusSeconds((cycle - 5) * CYCLE_SECONDS);
    }

    static String offsetDateTime(OffsetDateTime t) {
        return instant(t.toInstant()) + SEPARATOR + dateTime(t.toLocalDateTime()) + t.getOffset();
    }

    static OffsetDateTime parseOffsetDateTime(String s) {
        int cut = s.indexOf(SEPARATOR);
        if (cut < 0) {
            return OffsetDateTime.parse(s);
        }
        int offset = offsetStart(s, cut + 1);
        return OffsetDateTime.of(parseDateTime(s.substring(cut + 1, offset)), ZoneOffset.of(s.substring(offset)));
    }

    static String zonedDateTime(ZonedDateTime t) {
        String zone = t.getZone().equals(t.getOffset()) ? "" : "[" + t.getZone().getId() + "]";
        return offsetDateTime(t.toOffsetDateTime()) + zone;
    }

    static ZonedDateTime parseZonedDateTime(String s) {
        int cut = s.indexOf(SEPARATOR);
        int bracket = s.indexOf('[');
        if (cut < 0 || (bracket >= 0 && bracket < cut)) {
            return ZonedDateTime.parse(s);
        }
        if (bracket < 0) {
            return parseOffsetDateTime(s).toZonedDateTime();
        }
        OffsetDateTime t = parseOffsetDateTime(s.substring(0, bracket));
        java.time.ZoneId zone = java.time.ZoneId.of(s.substring(bracket + 1, s.length() - 1));
        return ZonedDateTime.ofInstant(t.toLocalDateTime(), t.getOffset(), zone);
    }

    private static int offsetStart(String s, int from) {
        for (int i = s.indexOf('T', from); i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '+' || c == '-' || c == 'Z') {
                return i;
            }
        }
        throw new DateTimeException("no offset in " + s);
    }

    private static String year(int year) {
        if (year < 0) {
            return "-" + (YEAR_BASE + year);
        }
        return year <= 9999 ? padded(year, 4) : "Y" + padded(year, 10);
    }

    private static String padded(int year, int digits) {
        String s = Integer.toString(year);
        return "0".repeat(digits - s.length()) + s;
    }

    private static int parseYear(String s) {
        long digits = Long.parseLong(s.substring(1, 11));
        long year = s.charAt(0) == 'Y' ? digits : digits - YEAR_BASE;
        if (Math.abs(year) > MAX_YEAR) {
            throw new DateTimeException("year " + year + " in " + s);
        }
        return (int) year;
    }

    /**
     * Whether the text starts with a four-digit year, or with one that ISO-8601 signs: no such of ten digits begins
     * with a 9.
     */
    private static boolean isPlain(String s) {
        return !s.isEmpty() && s.charAt(0) != 'Y' && !(s.startsWith("-9") && s.indexOf('-', 1) == 11);
    }

    private static String twoDigits(String prefix, int value) {
        StringBuilder s = new StringBuilder(prefix);
        appendTwoDigits(s, value);
        return s.toString();
    }

    private static void appendTwoDigits(StringBuilder s, int value) {
        s.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
    }
}
