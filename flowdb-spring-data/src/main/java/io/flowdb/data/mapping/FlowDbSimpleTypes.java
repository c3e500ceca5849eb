package io.flowdb.data.mapping;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.Date;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.data.mapping.model.SimpleTypeHolder;

/**
 * The types that are written as one JSON value; the forms are listed at {@code io.flowdb.data.convert.ScalarCodecs}.
 */
public final class FlowDbSimpleTypes {

    /** The types beside those that Spring Data takes as simple anyway: primitives, their boxes, enums and text. */
    public static final SimpleTypeHolder HOLDER = new SimpleTypeHolder(
            Set.of(
                    BigDecimal.class,
                    BigInteger.class,
                    Currency.class,
                    Date.class,
                    DayOfWeek.class,
                    Duration.class,
                    Instant.class,
                    LocalDate.class,
                    LocalDateTime.class,
                    LocalTime.class,
                    Locale.class,
                    Month.class,
                    MonthDay.class,
                    OffsetDateTime.class,
                    OffsetTime.class,
                    Pattern.class,
                    Period.class,
                    URI.class,
                    URL.class,
                    UUID.class,
                    Year.class,
                    YearMonth.class,
                    ZoneId.class,
                    ZoneOffset.class,
                    ZonedDateTime.class,
                    byte[].class),
            true);

    private FlowDbSimpleTypes() {}
}
