package io.flowdb.data.model;

import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value in a predicate: how it stands in the text, and what it is.
 *
 * @param text as written
 * @param value from the arguments of the method
 */
record Operand(String text, Function<List<@Nullable Object>, @Nullable Object> value) {

    /** Text that looks like the language itself. */
    private static final List<String> TRAPS = List.of(
            ":v0",
            "?1",
            "it's",
            "say \"x\"",
            ":#{1}",
            "#{",
            "a)b",
            "order by",
            "${x}",
            "''",
            "and not null",
            "?#{[0]}");

    /** The parameters of a method, of which each may be used more than once. */
    static final class Parameters {
        private final List<String> declarations = new ArrayList<>();
        private final List<Function<Random, @Nullable Object>> values = new ArrayList<>();

        int add(String type, Function<Random, @Nullable Object> value) {
            declarations.add(type + " v" + values.size());
            values.add(value);
            return values.size() - 1;
        }

        List<String> declarations() {
            return declarations;
        }

        List<Function<Random, @Nullable Object>> values() {
            return values;
        }
    }

    /** One value to be compared with {@code property}, or null. */
    static Operand of(Property property, Parameters parameters, Random random) {
        if (random.nextInt(3) > 0) {
            return parameter(parameters.add(typeName(property), r -> compared(property, r)), random);
        }
        Object value = compared(property, random);
        String literal = literal(value, random);
        return literal == null
                ? parameter(parameters.add(typeName(property), r -> value), random)
                : new Operand(literal, arguments -> value);
    }

    private static String typeName(Property property) {
        return Number.class.isAssignableFrom(property.type()) ? "Number" : property.typeName();
    }

    /** Also a number of another width, and text that no entity has. */
    private static @Nullable Object compared(Property property, Random random) {
        if (property.type() == String.class && random.nextInt(6) == 0) {
            return Condition.pick(TRAPS, random);
        }
        Object value = property.value(random);
        return value instanceof Number number ? ofAnyWidth(number, random) : value;
    }

    private static Number ofAnyWidth(Number number, Random random) {
        if (number instanceof Double d && !Double.isFinite(d)) {
            return number;
        }
        java.math.BigDecimal exact = new java.math.BigDecimal(number.toString());
        return switch (random.nextInt(7)) {
            case 0 -> exact;
            case 1 -> exact.toBigInteger();
            case 2 -> exact.intValue();
            case 3 -> exact.shortValue();
            case 4 -> (float) exact.intValue() / 2;
            case 5 -> ofDouble(exact);
            default -> number;
        };
    }

    /** Only where the text of a double is exactly what it is. */
    private static Number ofDouble(java.math.BigDecimal exact) {
        double value = exact.doubleValue();
        return new java.math.BigDecimal(value).compareTo(java.math.BigDecimal.valueOf(value)) == 0 ? value : exact;
    }

    /** Free text, for patterns and the like. */
    static Operand text(List<String> values, Parameters parameters, Random random) {
        if (random.nextBoolean()) {
            int place = parameters.add("CharSequence", r -> r.nextInt(8) == 0 ? null : Condition.pick(values, r));
            return parameter(place, random);
        }
        String value = Condition.pick(values, random);
        return new Operand(quoted(value, random), arguments -> value);
    }

    /** Several values: a parameter, or a list of single ones. */
    static Operand several(Property property, Parameters parameters, Random random) {
        switch (random.nextInt(4)) {
            case 0 -> {
                String type = "java.util.Collection<"
                        + (typeName(property).equals("Number") ? "? extends Number" : property.typeName()) + ">";
                return parameter(parameters.add(type, r -> r.nextInt(10) == 0 ? null : list(property, r)), random);
            }
            case 1 -> {
                return parameter(
                        parameters.add(typeName(property) + "[]", r -> array(property, list(property, r))), random);
            }
            default -> {
                List<Operand> elements = new ArrayList<>();
                StringJoiner text = new StringJoiner(random.nextBoolean() ? ", " : ",", "(", ")");
                for (int i = random.nextInt(4); i > 0; i--) {
                    Operand element = of(property, parameters, random);
                    elements.add(element);
                    text.add(element.text());
                }
                boolean alone = elements.size() == 1 && !elements.get(0).text().equalsIgnoreCase("null");
                return new Operand(text.toString(), arguments -> {
                    List<@Nullable Object> values = new ArrayList<>();
                    elements.forEach(element -> values.add(element.value().apply(arguments)));
                    return alone && values.get(0) == null ? null : values; // as a list that is not given
                });
            }
        }
    }

    private static List<@Nullable Object> list(Property property, Random random) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(compared(property, random));
        }
        return list;
    }

    private static Object array(Property property, List<?> values) {
        Class<?> type = typeName(property).equals("Number") ? Number.class : property.type();
        return values.toArray((Object[]) java.lang.reflect.Array.newInstance(type, values.size()));
    }

    /** By name, by place or as an expression. */
    static Operand parameter(int place, Random random) {
        String name = "v" + place;
        String text = switch (random.nextInt(6)) {
            case 0, 1 -> ":" + name;
            case 2, 3 -> "?" + (place + 1);
            case 4 -> (random.nextBoolean() ? ":" : "?") + "#{#" + name + "}";
            default -> (random.nextBoolean() ? ":" : "?") + "#{#" + name + " == null ? null : [" + place + "]}";
        };
        return new Operand(text, arguments -> arguments.get(place));
    }

    /** Null if the value has no form in the language. */
    private static @Nullable String literal(@Nullable Object value, Random random) {
        if (value == null) {
            return anyCase("null", random);
        }
        if (value instanceof Boolean) {
            return anyCase(value.toString(), random);
        }
        if (value instanceof Number) {
            String text = value.toString();
            return text.matches("-?[0-9].*")
                    ? text.replace("-", random.nextBoolean() ? "-" : "- ").replace("E- ", "E-")
                    : null;
        }
        if (value instanceof Enum<?> constant) {
            return quoted(constant.name(), random);
        }
        boolean hasText = value instanceof String
                || value instanceof UUID
                || value instanceof Temporal
                || value instanceof Duration;
        return hasText ? quoted(value.toString(), random) : null;
    }

    private static String quoted(String text, Random random) {
        String quote = random.nextBoolean() ? "'" : "\"";
        return quote + text.replace(quote, quote + quote) + quote;
    }

    /** Words of the language have no case. */
    static String anyCase(String word, Random random) {
        return random.nextInt(4) == 0 ? word.toUpperCase(java.util.Locale.ROOT) : word;
    }
}
