package io.flowdb.data.convert;

import io.flowdb.data.mapping.ValueClass;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.support.GenericConversionService;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Conversions of one value that keep what it says; there are no others.
 * <pre>
 * a number                            to any number that is equal, and to a Year
 * text                                to what it is read as, but no whole number; see {@link ScalarCodecs}
 * a character, a UUID, an enum        to text
 * Date, OffsetDateTime, ZonedDateTime to the Instant they are, or to a Date of that instant
 * OffsetDateTime and ZonedDateTime    to each other
 * a value class of Kotlin             to the value within, and to what that becomes
 * anything                            by a converter of the application
 * </pre>
 * <p>Threads: any.
 */
final class ExactValues {

    private static final Map<Class<?>, Function<BigDecimal, Object>> NUMBERS = Map.of(
            Byte.class, BigDecimal::byteValueExact,
            Short.class, BigDecimal::shortValueExact,
            Integer.class, BigDecimal::intValueExact,
            Long.class, BigDecimal::longValueExact,
            BigInteger.class, BigDecimal::toBigIntegerExact,
            BigDecimal.class, decimal -> decimal,
            Float.class, ExactValues::exactFloat,
            Double.class, ExactValues::exactDouble,
            Year.class, decimal -> Year.of(decimal.intValueExact()));

    private final GenericConversionService converters;

    /** With the converters of the application, and no others. */
    ExactValues(GenericConversionService converters) {
        this.converters = converters;
    }

    /**
     * The stored form of {@code value} if it need not be a {@code wanted} to be compared exactly with one: a number
     * with a fraction lies between two whole ones. Null if it has to become one.
     */
    @Nullable
    JsonNode comparable(Class<?> wanted, Object given) {
        Object value = bare(wanted, given);
        ValueCodec codec = ScalarCodecs.find(value.getClass());
        if (wanted != Year.class && NUMBERS.containsKey(wanted) && isNumber(value.getClass()) && codec != null) {
            return codec.write(value);
        }
        Instant instant = wanted == Instant.class || wanted == Date.class ? instant(value) : null;
        ValueCodec instants = ScalarCodecs.find(Instant.class);
        return instant == null || instants == null ? null : instants.write(instant);
    }

    /** Null if there is no such conversion; throws what {@code value} itself does not allow. */
    @Nullable
    Object convert(Class<?> wanted, Object asked) {
        if (wanted.isInstance(asked)) {
            return asked;
        }
        Object value = bare(wanted, asked);
        if (wanted.isInstance(value)) {
            return value;
        }
        Class<?> given = value.getClass();
        Function<BigDecimal, Object> number = NUMBERS.get(wanted);
        if (number != null && isNumber(given)) {
            return number(wanted, number, (Number) value);
        }
        if (isText(wanted) && hasText(given)) {
            return value instanceof Enum<?> constant ? constant.name() : value.toString();
        }
        if (value instanceof CharSequence && isReadFromText(wanted)) {
            return read(wanted, value.toString());
        }
        Object time = time(wanted, value);
        if (time != null) {
            return time;
        }
        return converters.canConvert(given, wanted) ? converters.convert(value, wanted) : null;
    }

    /** What is within a value class of Kotlin, unless a converter of the application takes that. */
    private Object bare(Class<?> wanted, Object value) {
        return converters.canConvert(value.getClass(), wanted) ? value : ValueClass.unwrapped(wanted, value);
    }

    /** Its own form, or one that a converter of the application takes. */
    private @Nullable Object read(Class<?> wanted, String text) {
        ValueCodec codec = ScalarCodecs.find(wanted);
        try {
            return codec == null ? null : codec.read(JsonNodeFactory.instance.stringNode(text));
        } catch (RuntimeException e) { // java.time, enums and Jackson each have their own
            if (converters.canConvert(String.class, wanted)) {
                return converters.convert(text, wanted);
            }
            throw e;
        }
    }

    private static Object number(Class<?> wanted, Function<BigDecimal, Object> conversion, Number value) {
        double approximate = value.doubleValue();
        if (value instanceof Double || value instanceof Float) {
            if (!Double.isFinite(approximate) && wanted == Double.class) {
                return approximate;
            }
            if (!Double.isFinite(approximate) && wanted == Float.class) {
                return (float) approximate;
            }
        }
        return conversion.apply(new BigDecimal(value.toString()));
    }

    private static Object exactFloat(BigDecimal decimal) {
        float nearest = decimal.floatValue();
        requireEqual(decimal, Float.toString(nearest));
        return nearest;
    }

    private static Object exactDouble(BigDecimal decimal) {
        double nearest = decimal.doubleValue();
        requireEqual(decimal, Double.toString(nearest));
        return nearest;
    }

    private static void requireEqual(BigDecimal decimal, String nearest) {
        if (new BigDecimal(nearest).compareTo(decimal) != 0) {
            throw new ArithmeticException("the nearest is " + nearest);
        }
    }

    private static @Nullable Object time(Class<?> wanted, Object value) {
        if (wanted == OffsetDateTime.class && value instanceof ZonedDateTime zoned) {
            return zoned.toOffsetDateTime();
        }
        if (wanted == ZonedDateTime.class && value instanceof OffsetDateTime offset) {
            return offset.toZonedDateTime();
        }
        Instant instant = wanted == Instant.class || wanted == Date.class ? instant(value) : null;
        if (instant == null || wanted == Instant.class) {
            return instant;
        }
        if (!Instant.ofEpochMilli(instant.toEpochMilli()).equals(instant)) {
            throw new ArithmeticException("a Date has no more than milliseconds");
        }
        return Date.from(instant);
    }

    private static @Nullable Instant instant(Object value) {
        if (value instanceof Date date) { // java.sql.Date refuses toInstant()
            return Instant.ofEpochMilli(date.getTime());
        }
        if (value instanceof OffsetDateTime offset) {
            return offset.toInstant();
        }
        if (value instanceof ZonedDateTime zoned) {
            return zoned.toInstant();
        }
        return value instanceof Instant instant ? instant : null;
    }

    /** Whether {@link #convert} takes some values of the type {@code given}. */
    boolean mayConvert(Class<?> wanted, Class<?> given) {
        Class<?> boxed = ClassUtils.resolvePrimitiveIfNecessary(given);
        ValueClass values = ValueClass.of(boxed);
        if (values != null && wanted != boxed && mayConvert(wanted, values.within())) {
            return true;
        }
        ValueClass whole = ValueClass.stored(wanted);
        if (whole != null
                && wanted != boxed
                && mayConvert(ClassUtils.resolvePrimitiveIfNecessary(whole.within()), boxed)) {
            return true;
        }
        return wanted.isAssignableFrom(boxed)
                || boxed.isAssignableFrom(wanted)
                || NUMBERS.containsKey(wanted) && (isNumber(boxed) || boxed == Number.class)
                || isText(wanted) && hasText(boxed)
                || CharSequence.class.isAssignableFrom(boxed) && isReadFromText(wanted)
                || isTime(wanted, boxed)
                || converters.canConvert(boxed, wanted);
    }

    private static boolean isTime(Class<?> wanted, Class<?> given) {
        boolean zoned = given == OffsetDateTime.class || given == ZonedDateTime.class;
        if (wanted == OffsetDateTime.class || wanted == ZonedDateTime.class) {
            return zoned;
        }
        return (wanted == Instant.class || wanted == Date.class)
                && (zoned || given == Instant.class || Date.class.isAssignableFrom(given));
    }

    private static boolean isReadFromText(Class<?> wanted) {
        return ScalarCodecs.find(wanted) != null && ScalarCodecs.readText(wanted);
    }

    private static boolean isNumber(Class<?> type) {
        return type != Year.class && NUMBERS.containsKey(type);
    }

    private static boolean isText(Class<?> type) {
        return type == String.class || type == CharSequence.class;
    }

    private static boolean hasText(Class<?> given) {
        return CharSequence.class.isAssignableFrom(given)
                || given == Character.class
                || given == UUID.class
                || Enum.class.isAssignableFrom(given);
    }
}
