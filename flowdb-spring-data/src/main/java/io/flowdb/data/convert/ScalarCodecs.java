package io.flowdb.data.convert;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The canonical forms of single values, frozen from format 1. Two equal values have equal forms, and unless it says
 * otherwise the order of the forms is that of the values.
 * <pre>
 * boolean, text, char           boolean, text, text of one character
 * byte, short, int, long        number                     BigInteger, BigDecimal   number, every digit
 * float, double                 number, of a float its shortest decimal form; NaN and infinities as text, without order
 * enum                          text: its name; ordered by name, so that constants may be moved
 * UUID                          text, lower case; ordered as text
 * LocalDate and the like        text, see {@link SortableTime}
 * java.util.Date                as its Instant
 * Duration                      number: nanoseconds
 * Year                          number                     MonthDay, Period, OffsetTime   text of toString
 * byte[]                        text: base64, without order
 * URI, URL, Locale, Currency, ZoneId, Pattern   text, ordered as text
 * </pre>
 * <p>Threads: any.
 */
final class ScalarCodecs {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000);
    private static final Map<Class<?>, ValueCodec> BY_TYPE = new HashMap<>();

    /** No text is read as one of these, not even one of digits. */
    private static final Set<Class<?>> NEVER_TEXT = Set.of(
            Boolean.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            BigInteger.class,
            BigDecimal.class,
            Year.class);

    static {
        basics();
        numbers();
        times();
        text(UUID.class, UUID::toString, UUID::fromString);
        text(URI.class, URI::toString, URI::create);
        text(Locale.class, Locale::toLanguageTag, Locale::forLanguageTag);
        text(Currency.class, Currency::getCurrencyCode, Currency::getInstance);
        text(Pattern.class, PatternText::write, PatternText::read);
        text(java.net.URL.class, java.net.URL::toExternalForm, ScalarCodecs::url);
        text(byte[].class, b -> Base64.getEncoder().encodeToString(b), Base64.getDecoder()::decode);
    }

    private ScalarCodecs() {}

    /** The codec of a type, or null if it is none of a single value. */
    static @Nullable ValueCodec find(Class<?> type) {
        Class<?> boxed = ClassUtils.resolvePrimitiveIfNecessary(type);
        ValueCodec codec = BY_TYPE.get(boxed);
        if (codec != null) {
            return codec;
        }
        if (Enum.class.isAssignableFrom(boxed) && boxed != Enum.class) {
            return enumeration(boxed);
        }
        if (ZoneId.class.isAssignableFrom(boxed)) {
            return BY_TYPE.get(ZoneId.class);
        }
        if (JsonNode.class.isAssignableFrom(boxed)) {
            return codec(JsonNode.class, n -> n, n -> n);
        }
        return null;
    }

    /** Whether some text is read as a value of {@code type}, for which there is a codec. */
    static boolean readText(Class<?> type) {
        return !NEVER_TEXT.contains(type);
    }

    private static void basics() {
        add(String.class, JSON::stringNode, JsonNode::stringValue);
        add(CharSequence.class, s -> JSON.stringNode(s.toString()), JsonNode::stringValue);
        add(Character.class, c -> JSON.stringNode(c.toString()), n -> character(n.stringValue()));
        add(Boolean.class, JSON::booleanNode, JsonNode::booleanValue);
    }

    private static void numbers() {
        add(Byte.class, JSON::numberNode, n -> (byte) exact(n, Byte.MIN_VALUE, Byte.MAX_VALUE));
        add(Short.class, JSON::numberNode, n -> (short) exact(n, Short.MIN_VALUE, Short.MAX_VALUE));
        add(Integer.class, JSON::numberNode, JsonNode::intValue);
        add(Long.class, JSON::numberNode, JsonNode::longValue);
        add(BigInteger.class, JSON::numberNode, JsonNode::bigIntegerValue);
        add(BigDecimal.class, JSON::numberNode, JsonNode::decimalValue);
        add(Double.class, ScalarCodecs::writeDouble, n -> n.isString() ? Double.valueOf(n.stringValue()) : asDouble(n));
        add(
                Float.class,
                f -> writeDouble(Double.parseDouble(f.toString())),
                n -> n.isString() ? Float.valueOf(n.stringValue()) : (Float) (float) asDouble(n));
    }

    private static void times() {
        text(LocalDate.class, SortableTime::date, SortableTime::parseDate);
        text(LocalTime.class, LocalTime::toString, LocalTime::parse);
        text(LocalDateTime.class, SortableTime::dateTime, SortableTime::parseDateTime);
        text(Instant.class, SortableTime::instant, SortableTime::parseInstant);
        // By milliseconds, as equals has it; java.sql.Date refuses toInstant().
        text(
                Date.class,
                d -> SortableTime.instant(Instant.ofEpochMilli(d.getTime())),
                s -> Date.from(SortableTime.parseInstant(s)));
        text(OffsetDateTime.class, SortableTime::offsetDateTime, SortableTime::parseOffsetDateTime);
        text(ZonedDateTime.class, SortableTime::zonedDateTime, SortableTime::parseZonedDateTime);
        text(OffsetTime.class, OffsetTime::toString, OffsetTime::parse);
        text(YearMonth.class, SortableTime::yearMonth, SortableTime::parseYearMonth);
        text(MonthDay.class, MonthDay::toString, MonthDay::parse);
        text(Period.class, Period::toString, Period::parse);
        text(ZoneId.class, ZoneId::getId, ZoneId::of);
        text(ZoneOffset.class, ZoneOffset::getId, ZoneOffset::of);
        add(Year.class, y -> JSON.numberNode(y.getValue()), n -> Year.of(n.intValue()));
        add(Duration.class, ScalarCodecs::writeDuration, ScalarCodecs::readDuration);
    }

    private static JsonNode writeDuration(Duration d) {
        BigInteger nanos =
                BigInteger.valueOf(d.getSeconds()).multiply(NANOS_PER_SECOND).add(BigInteger.valueOf(d.getNano()));
        return nanos.bitLength() < Long.SIZE ? JSON.numberNode(nanos.longValue()) : JSON.numberNode(nanos);
    }

    private static Duration readDuration(JsonNode n) {
        if (n.isString()) {
            return Duration.parse(n.stringValue());
        }
        BigInteger[] parts = n.bigIntegerValue().divideAndRemainder(NANOS_PER_SECOND);
        return Duration.ofSeconds(parts[0].longValueExact(), parts[1].longValueExact());
    }

    private static JsonNode writeDouble(double d) {
        return Double.isFinite(d) ? JSON.numberNode(d) : JSON.stringNode(Double.toString(d));
    }

    /** A stored number may have more digits than a double; the nearest one is meant. */
    private static double asDouble(JsonNode n) {
        return n.isNumber() ? n.numberValue().doubleValue() : n.doubleValue();
    }

    private static char character(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException("'" + text + "' is not one character");
        }
        return text.charAt(0);
    }

    private static long exact(JsonNode n, long min, long max) {
        long value = n.longValue();
        if (value < min || value > max) {
            throw new ArithmeticException(value + " is not in " + min + " to " + max);
        }
        return value;
    }

    private static java.net.URL url(String s) {
        try {
            return URI.create(s).toURL();
        } catch (java.net.MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static ValueCodec enumeration(Class<?> type) {
        Class<? extends Enum> declaring =
                (Class<? extends Enum>) (type.isEnum() ? type : type.getSuperclass()); // a constant with a body
        return codec(Enum.class, e -> JSON.stringNode(e.name()), n -> Enum.valueOf(declaring, n.stringValue()));
    }

    private static <T> void text(Class<T> type, Function<T, String> write, Function<String, T> read) {
        add(type, v -> JSON.stringNode(write.apply(v)), n -> read.apply(n.stringValue()));
    }

    private static <T> void add(Class<T> type, Function<T, JsonNode> write, Function<JsonNode, T> read) {
        BY_TYPE.put(type, codec(type, write, read));
    }

    private static <T> ValueCodec codec(Class<T> type, Function<T, JsonNode> write, Function<JsonNode, T> read) {
        return new ValueCodec() {
            @Override
            public JsonNode write(Object value) {
                return write.apply(type.cast(value));
            }

            @Override
            public Object read(JsonNode node) {
                return read.apply(node);
            }
        };
    }
}
