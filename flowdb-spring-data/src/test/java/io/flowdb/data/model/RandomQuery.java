package io.flowdb.data.model;

import io.flowdb.data.model.Operand.Parameters;
import io.flowdb.data.model.RandomMethod.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.Range.Bound;
import org.springframework.data.domain.Sort;

/**
 * A method with a random predicate of the language of {@code @Query}, and what that means by the documentation.
 *
 * @param name of the method
 * @param text predicate and order
 * @param parameters of the method
 * @param test whether an entity satisfies it with such arguments
 * @param sort of the text
 * @param form what the method gives and takes beside
 */
record RandomQuery(String name, String text, Parameters parameters, Test test, Sort sort, Form form)
        implements MethodMeaning {

    private static final AtomicLong NAMES = new AtomicLong();

    /** What a predicate means. */
    interface Test {
        boolean holds(Specimen specimen, List<@Nullable Object> arguments);
    }

    /** A part of a predicate; {@code rank}: 0 for or, 1 for and, 2 for what stands without parentheses anywhere. */
    private record Part(String text, Test test, int rank) {

        /** In parentheses where it has to be, and sometimes where not. */
        String within(int wanted, Random random) {
            return rank < wanted || random.nextInt(8) == 0 ? "(" + text + ")" : text;
        }
    }

    static RandomQuery random(Random random) {
        Form form = Form.values()[random.nextInt(Form.values().length)];
        Parameters parameters = new Parameters();
        boolean all = random.nextInt(20) == 0;
        Part predicate = all ? new Part("", (s, a) -> true, 2) : part(3, parameters, random);
        boolean ordered = form != Form.COUNT && form != Form.EXISTS && random.nextBoolean();
        Sort sort = ordered ? Specimens.sort(random, form != Form.WINDOW) : Sort.unsorted();
        String text = predicate.text() + order(sort, random);
        return new RandomQuery("query" + NAMES.incrementAndGet(), text, parameters, predicate.test(), sort, form);
    }

    private static String order(Sort sort, Random random) {
        if (sort.isUnsorted()) {
            return "";
        }
        StringJoiner keys = new StringJoiner(", ", " " + Operand.anyCase("order by", random) + " ", "");
        for (Sort.Order order : sort) {
            String key = order.isIgnoreCase() ? "ignorecase(" + order.getProperty() + ")" : order.getProperty();
            String direction = order.isDescending() ? " desc" : random.nextBoolean() ? " asc" : "";
            String nulls = switch (order.getNullHandling()) {
                case NULLS_FIRST -> " nulls first";
                case NULLS_LAST -> " nulls last";
                case NATIVE -> "";
            };
            keys.add(key + direction + nulls);
        }
        return keys.toString();
    }

    private static Part part(int depth, Parameters parameters, Random random) {
        int choice = depth == 0 ? 9 : random.nextInt(10);
        if (choice < 2) {
            return joined(0, depth, parameters, random);
        }
        if (choice < 5) {
            return joined(1, depth, parameters, random);
        }
        if (choice == 5) {
            Part inner = part(depth - 1, parameters, random);
            String text = Operand.anyCase("not", random) + " " + inner.within(2, random);
            return new Part(text, (s, a) -> !inner.test().holds(s, a), 2);
        }
        return condition(parameters, random);
    }

    private static Part joined(int rank, int depth, Parameters parameters, Random random) {
        List<Part> parts = new ArrayList<>();
        StringJoiner text = new StringJoiner(" " + Operand.anyCase(rank == 0 ? "or" : "and", random) + " ");
        for (int i = 2 + random.nextInt(2); i > 0; i--) {
            Part part = part(depth - 1, parameters, random);
            parts.add(part);
            text.add(part.within(rank, random));
        }
        Test any = (s, a) -> parts.stream().anyMatch(p -> p.test().holds(s, a));
        Test all = (s, a) -> parts.stream().allMatch(p -> p.test().holds(s, a));
        return new Part(text.toString(), rank == 0 ? any : all, rank);
    }

    private static Part condition(Parameters parameters, Random random) {
        Property p = Condition.pick(Property.ALL, random);
        int choice = random.nextInt(12);
        if (choice < 2) {
            return state(p, random);
        }
        if (choice < 5 && p.isText()) {
            return text(p, parameters, random);
        }
        if (choice < 7 && (p.isText() || p.several())) {
            return contains(p, parameters, random);
        }
        if (choice < 9) {
            return random.nextInt(3) == 0 ? between(p, parameters, random) : comparison(p, parameters, random);
        }
        return random.nextBoolean() ? equality(p, parameters, random) : in(p, parameters, random);
    }

    private static Part state(Property p, Random random) {
        boolean not = random.nextBoolean();
        if ((p.isText() || p.several()) && random.nextBoolean()) {
            return new Part(
                    p.path() + (not ? " is not empty" : " is empty"), (s, a) -> not != Condition.isEmpty(p.of(s)), 2);
        }
        if (random.nextInt(4) == 0) {
            return new Part(p.path() + " " + Operand.anyCase("exists", random), (s, a) -> p.of(s) != null, 2);
        }
        return new Part(p.path() + (not ? " is not null" : " IS NULL"), (s, a) -> not == (p.of(s) != null), 2);
    }

    /** {@code property [not] operator value}, with or without regard to case. */
    private static Part named(String operator, Property p, boolean ignore, Operand value, Test test, Random random) {
        boolean not = random.nextInt(3) == 0;
        String property = ignore ? Operand.anyCase("ignorecase", random) + "(" + p.path() + ")" : p.path();
        String text = property + (not ? " not " : " ") + Operand.anyCase(operator, random) + " " + value.text();
        return new Part(text, (s, a) -> not != test.holds(s, a), 2);
    }

    private static Part text(Property p, Parameters parameters, Random random) {
        boolean ignore = random.nextInt(3) == 0;
        int way = random.nextInt(4);
        List<String> values = way == 0 ? Condition.PATTERNS : way == 3 ? Condition.EXPRESSIONS : Property.TEXTS;
        Operand operand = Operand.text(values, parameters, random);
        int flags = ignore ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0;
        Condition.Match match = switch (way) {
            case 0 -> (v, w) -> Values.like(Values.fold(v, ignore), Values.fold(w, ignore));
            case 1 -> (v, w) -> Values.fold(v, ignore).startsWith(Values.fold(w, ignore));
            case 2 -> (v, w) -> Values.fold(v, ignore).endsWith(Values.fold(w, ignore));
            default -> (v, w) -> Pattern.compile(w, flags).matcher(v).find();
        };
        String operator = List.of("like", "starts with", "ends with", "matches").get(way);
        return named(
                operator,
                p,
                ignore,
                operand,
                (s, a) -> Condition.matches(p, s, operand.value().apply(a), match),
                random);
    }

    private static Part contains(Property p, Parameters parameters, Random random) {
        boolean ignore = p.isText() && random.nextInt(3) == 0;
        if (!p.several()) {
            Operand operand = Operand.text(Property.TEXTS, parameters, random);
            Condition.Match match = (v, w) -> Values.fold(v, ignore).contains(Values.fold(w, ignore));
            Test test = (s, a) -> Condition.matches(p, s, operand.value().apply(a), match);
            return named("contains", p, ignore, operand, test, random);
        }
        if (random.nextBoolean()) {
            Operand operand = Operand.of(p, parameters, random);
            Test test = (s, a) -> Condition.hasElement(p, s, operand.value().apply(a), ignore);
            return named("contains", p, ignore, operand, test, random);
        }
        Operand operand = Operand.several(p, parameters, random);
        Test test = (s, a) -> {
            Object values = operand.value().apply(a);
            return values != null && Condition.hasAll(p, s, Condition.elements(values), ignore);
        };
        return named("contains", p, ignore, operand, test, random);
    }

    private static Part comparison(Property p, Parameters parameters, Random random) {
        int way = random.nextInt(4);
        Operand operand = Operand.of(p, parameters, random);
        String operator = List.of("<", "<=", ">", ">=").get(way);
        String space = random.nextBoolean() ? " " : "";
        return new Part(
                p.path() + space + operator + space + operand.text(),
                (s, a) -> holds(p, s, way, operand.value().apply(a)),
                2);
    }

    private static boolean holds(Property p, Specimen s, int way, @Nullable Object bound) {
        return Values.any(p.of(s), v -> Condition.inRange(v, way, bound));
    }

    private static Part between(Property p, Parameters parameters, Random random) {
        if (random.nextInt(3) == 0) {
            String type = "org.springframework.data.domain.Range<" + p.typeName() + ">";
            int place = parameters.add(type, r -> r.nextInt(10) == 0 ? null : Range.of(bound(p, r), bound(p, r)));
            Operand range = Operand.parameter(place, random);
            Test test = (s, a) -> range.value().apply(a) instanceof Range<?> r && Condition.inRange(p, s, r);
            return named("between", p, false, range, test, random);
        }
        Operand low = Operand.of(p, parameters, random);
        Operand high = Operand.of(p, parameters, random);
        Operand both = new Operand(low.text() + " and " + high.text(), a -> null);
        Test test = (s, a) -> holds(p, s, 3, low.value().apply(a))
                && holds(p, s, 1, high.value().apply(a));
        return named("between", p, false, both, test, random);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Bound<Comparable> bound(Property p, Random r) {
        Object value = p.value(r);
        return value == null
                ? Bound.unbounded()
                : r.nextBoolean() ? Bound.inclusive((Comparable) value) : Bound.exclusive((Comparable) value);
    }

    private static Part equality(Property p, Parameters parameters, Random random) {
        boolean ignore = p.isText() && random.nextInt(3) == 0;
        Operand operand = Operand.of(p, parameters, random);
        String operator = List.of("=", "=", "!=", "<>").get(random.nextInt(4));
        boolean not = !operator.equals("=");
        String property = ignore ? "ignorecase(" + p.path() + ")" : p.path();
        String space = random.nextBoolean() ? " " : "";
        return new Part(
                property + space + operator + space + operand.text(),
                (s, a) -> not != Condition.equal(p, s, operand.value().apply(a), ignore),
                2);
    }

    private static Part in(Property p, Parameters parameters, Random random) {
        boolean ignore = p.isText() && random.nextInt(3) == 0;
        Operand values = Operand.several(p, parameters, random);
        Test test = (s, a) -> Condition.elements(values.value().apply(a)).stream()
                .anyMatch(value -> Condition.equal(p, s, value, ignore));
        return named("in", p, ignore, values, test, random);
    }

    @Override
    public String declaration() {
        StringJoiner all = new StringJoiner(", ", "(", ")");
        parameters.declarations().forEach(all::add);
        form.special().forEach(all::add);
        String flag = switch (form) {
            case COUNT -> ", count = true";
            case EXISTS -> ", exists = true";
            case DELETE, DELETE_AND_RETURN -> ", delete = true";
            default -> "";
        };
        return "@io.flowdb.data.repository.Query(value = \"" + escaped(text) + "\"" + flag + ") " + form.returned()
                + " " + name + all;
    }

    /** As a literal of Java in ASCII. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (c == '\n') {
                escaped.append("\\n");
            } else {
                escaped.append(c < 127 ? String.valueOf(c) : String.format("\\u%04x", (int) c));
            }
        }
        return escaped.toString();
    }

    @Override
    public int most() {
        return -1;
    }

    @Override
    public List<List<@Nullable Object>> arguments(Random random) {
        List<@Nullable Object> arguments = new ArrayList<>();
        for (Function<Random, @Nullable Object> value : parameters.values()) {
            arguments.add(value.apply(random));
        }
        return List.of(arguments);
    }

    @Override
    public boolean holds(Specimen specimen, List<List<@Nullable Object>> arguments) {
        return test.holds(specimen, arguments.get(0));
    }
}
