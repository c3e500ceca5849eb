package io.flowdb.data.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;

/**
 * A derived query method of a random name and what it means.
 *
 * @param name of the method
 * @param alternatives conditions that hold together, of which one list must; empty for a method without predicate
 * @param sort of the name
 * @param most of {@code First} or {@code Top}, or -1
 * @param form what it gives and takes beside the arguments of its conditions
 */
record RandomMethod(String name, List<List<Condition>> alternatives, Sort sort, int most, Form form)
        implements MethodMeaning {

    private static final String DOMAIN = "org.springframework.data.domain.";

    /** What a method returns, and the last of its parameters. */
    enum Form {
        LIST("java.util.List<Specimen>", true),
        LIST_BY_SORT("java.util.List<Specimen>", true, "Sort"),
        LIST_BY_PAGE("java.util.List<Specimen>", true, "Pageable"),
        LIST_BY_LIMIT("Iterable<Specimen>", true, "Limit"),
        LIST_BY_SORT_AND_LIMIT("org.springframework.data.util.Streamable<Specimen>", true, "Sort", "Limit"),
        SET("java.util.Set<Specimen>", true),
        STREAM("java.util.stream.Stream<Specimen>", true, "Sort"),
        ONE("java.util.Optional<Specimen>", true),
        PAGE(DOMAIN + "Page<Specimen>", true, "Pageable"),
        SLICE(DOMAIN + "Slice<Specimen>", true, "Pageable"),
        WINDOW(DOMAIN + "Window<Specimen>", true, "ScrollPosition", "Sort", "Limit"),
        COUNT("long", false),
        EXISTS("boolean", false),
        DELETE("int", false),
        DELETE_AND_RETURN("java.util.List<Specimen>", false);

        private final String returned;
        private final boolean finds;
        private final List<String> special;

        Form(String returned, boolean finds, String... special) {
            this.returned = returned;
            this.finds = finds;
            this.special = List.of(special);
        }

        /** Its type, as source. */
        String returned() {
            return returned;
        }

        /** Its parameters beside those of conditions, as source. */
        List<String> special() {
            List<String> parameters = new ArrayList<>();
            special.forEach(type -> parameters.add(DOMAIN + type + " " + type.toLowerCase(java.util.Locale.ROOT)));
            return parameters;
        }

        boolean takes(String parameter) {
            return special.contains(parameter);
        }

        boolean deletes() {
            return this == DELETE || this == DELETE_AND_RETURN;
        }

        /** A limit in the name would be said twice. */
        private boolean mayLimit() {
            return finds && !takes("Limit");
        }
    }

    static RandomMethod random(Random random) {
        RandomMethod method;
        do {
            method = any(random);
        } while (method.isReserved());
        return method;
    }

    private static RandomMethod any(Random random) {
        Form form = Form.values()[random.nextInt(Form.values().length)];
        int most = form.mayLimit() && random.nextInt(3) == 0 ? 1 + random.nextInt(6) : -1;
        boolean caseless = random.nextInt(5) == 0;
        List<List<Condition>> alternatives = conditions(random, caseless);
        Sort sort = form == Form.COUNT || form == Form.EXISTS ? Sort.unsorted() : sort(random);
        StringBuilder name = new StringBuilder(subject(random, form, most));
        StringJoiner or = new StringJoiner("Or");
        for (List<Condition> all : alternatives) {
            StringJoiner and = new StringJoiner("And");
            all.forEach(condition -> and.add(condition.name()));
            or.add(and.toString());
        }
        name.append(or);
        if (caseless && !alternatives.isEmpty()) {
            name.append(random.nextBoolean() ? "AllIgnoreCase" : "AllIgnoringCase");
        }
        if (sort.isSorted()) {
            name.append("OrderBy");
            sort.forEach(
                    order -> name.append(Property.named(order.getProperty()).nameInMethod())
                            .append(order.isAscending() ? "Asc" : "Desc"));
        }
        return new RandomMethod(name.toString(), alternatives, sort, most, form);
    }

    private static String subject(Random random, Form form, int most) {
        if (form == Form.COUNT || form == Form.EXISTS) {
            return form == Form.COUNT ? "countBy" : "existsBy";
        }
        List<String> verbs = form.deletes()
                ? List.of("delete", "remove")
                : List.of("find", "read", "get", "query", "search", "stream");
        String distinct = form.finds && random.nextInt(4) == 0 ? "Distinct" : "";
        String bound = most < 0
                ? List.of("", "All", "Specimens").get(random.nextInt(3))
                : (random.nextBoolean() ? "First" : "Top") + (most == 1 && random.nextBoolean() ? "" : most);
        return Condition.pick(verbs, random) + distinct + bound + "By";
    }

    private static List<List<Condition>> conditions(Random random, boolean caseless) {
        List<List<Condition>> alternatives = new ArrayList<>();
        boolean existsTakesFlag = random.nextBoolean();
        for (int or = Math.max(0, random.nextInt(5) - 1); or > 0; or--) {
            List<Condition> all = new ArrayList<>();
            for (int and = 1 + random.nextInt(3); and > 0; and--) {
                all.add(Condition.random(random, caseless, existsTakesFlag));
            }
            alternatives.add(all);
        }
        return alternatives;
    }

    private static Sort sort(Random random) {
        Sort sort = Sort.unsorted();
        Set<Property> used = new HashSet<>();
        for (int keys = Math.max(0, random.nextInt(5) - 2); keys > 0; keys--) {
            Property property = Condition.pick(Property.ALL, random);
            if (!property.several() && used.add(property)) {
                Sort next = Sort.by(property.path());
                sort = sort.and(random.nextBoolean() ? next.descending() : next);
            }
        }
        return sort;
    }

    /** Whether the name is that of a method which finds by id, whatever its conditions would mean. */
    private boolean isReserved() {
        return alternatives.size() == 1
                && alternatives.get(0).size() == 1
                && alternatives.get(0).get(0).name().equals("Id");
    }

    @Override
    public String declaration() {
        StringJoiner parameters = new StringJoiner(", ", "(", ")");
        int i = 0;
        for (List<Condition> all : alternatives) {
            for (Condition condition : all) {
                for (String type : condition.parameters()) {
                    parameters.add(type + " a" + i++);
                }
            }
        }
        form.special().forEach(parameters::add);
        return form.returned + " " + name + parameters;
    }

    @Override
    public List<List<@Nullable Object>> arguments(Random random) {
        List<List<@Nullable Object>> arguments = new ArrayList<>();
        alternatives.forEach(all -> all.forEach(c -> arguments.add(c.arguments().apply(random))));
        return arguments;
    }

    @Override
    public boolean holds(Specimen specimen, List<List<@Nullable Object>> arguments) {
        int at = 0;
        boolean any = alternatives.isEmpty();
        for (List<Condition> conditions : alternatives) {
            boolean all = true;
            for (Condition condition : conditions) {
                all &= condition.test().holds(specimen, arguments.get(at++));
            }
            any |= all;
        }
        return any;
    }
}
